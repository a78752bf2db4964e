namespace Pryx.Agent.Tools;

/// <summary>Remembers the workspace before tool calls change it, so that what they did can be taken back.</summary>
public interface IChangeMemory
{
    /// <summary>Before the call's first side effect. Trouble with remembering is said in <see cref="ICallMemory.Notice"/>, it never keeps the call from being made.</summary>
    Task<ICallMemory> BeginAsync(ToolPlan plan, SandboxMode place, CancellationToken cancellationToken);
}

/// <summary>What one call is about to change. All members may be called from any thread.</summary>
public interface ICallMemory
{
    /// <summary>What a person should know before the call runs, such as that it can not be taken back; null for nothing.</summary>
    string? Notice { get; }

    /// <summary>Only what is below this folder is remembered; null: nothing is.</summary>
    string? Root { get; }

    /// <summary>Right before it happens. Returns when the path is remembered, or it is noted why it is not; throws nothing.</summary>
    /// <param name="path">Canonical; the last name may be a link, which is meant itself.</param>
    void Before(string path, PathChange change);

    /// <summary>Something may have changed that could not be remembered.</summary>
    /// <param name="what">A path or its beginning.</param>
    void Missed(string what, string why);

    /// <summary>The call has ended: how it left things is remembered too.</summary>
    Task EndAsync(CancellationToken cancellationToken);
}

/// <summary>What is about to happen to a path.</summary>
public enum PathChange
{
    /// <summary>It is written, made, replaced or removed.</summary>
    Content,

    /// <summary>Only its mode or owner.</summary>
    Mode,

    /// <summary>It and everything below it goes away or comes from elsewhere.</summary>
    Tree,
}

/// <summary>Remembers nothing.</summary>
public sealed class NoMemory : IChangeMemory, ICallMemory
{
    public static NoMemory Instance { get; } = new();

    public string? Notice => null;
    public string? Root => null;

    public Task<ICallMemory> BeginAsync(ToolPlan plan, SandboxMode place, CancellationToken cancellationToken) => Task.FromResult<ICallMemory>(this);

    public void Before(string path, PathChange change)
    {
    }

    public void Missed(string what, string why)
    {
    }

    public Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
