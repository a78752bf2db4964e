using Pryx.Agent.Policy;

namespace Pryx.Agent.Tools;

/// <summary>A connection that a sandboxed command wants to make.</summary>
/// <param name="Host">A name in lower case, or an address that names itself.</param>
public sealed record HostRequest(string Host, int Port)
{
    /// <summary>As policy names it: with the port unless it is the scheme's own.</summary>
    public string Target => Port is 80 or 443 ? Host : $"{Host}:{Port}";
}

/// <summary>How one call's programs are run: inside a sandbox, and with what network, or outside with the user's own rights.</summary>
public sealed record SandboxMode
{
    private SandboxMode(bool isOn) => IsOn = isOn;

    /// <summary>With the user's own rights: for whoever decided exactly that.</summary>
    public static SandboxMode Off { get; } = new(false);

    /// <summary>Inside, without network.</summary>
    public static SandboxMode NoNetwork { get; } = new(true);

    public bool IsOn { get; }

    /// <summary>Hosts that are reached unasked: <c>api.example.org</c>, <c>*.example.org</c>, with <c>:port</c>, or the grant <c>registries</c>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Decides about every other host; null refuses it.</summary>
    public Func<HostRequest, CancellationToken, Task<bool>>? AskHostAsync { get; init; }

    /// <summary>The machine's own network, judged by nobody.</summary>
    public bool HasFullNetwork { get; init; }

    /// <summary>Inside, with these hosts.</summary>
    public static SandboxMode WithHosts(IReadOnlyList<string> hosts, Func<HostRequest, CancellationToken, Task<bool>>? askHostAsync = null) =>
        NoNetwork with { Hosts = hosts, AskHostAsync = askHostAsync };
}

/// <summary>Decides, call by call, how programs are run, once the call itself is allowed.</summary>
public abstract class SandboxPolicy
{
    /// <summary>Nothing is sandboxed.</summary>
    public static SandboxPolicy Off { get; } = new Fixed(SandboxMode.Off);

    /// <summary>The same for every call.</summary>
    public static SandboxPolicy Always(SandboxMode mode) => new Fixed(mode);

    /// <param name="judgement">The last one; Ask where a person has said yes to it.</param>
    /// <param name="askHostAsync">Judges a host that the command reaches, and asks a person where policy says so.</param>
    public abstract SandboxMode ModeOf(string tool, ToolPlan plan, Judgement judgement, Func<HostRequest, CancellationToken, Task<bool>> askHostAsync);

    private sealed class Fixed(SandboxMode mode) : SandboxPolicy
    {
        public override SandboxMode ModeOf(string tool, ToolPlan plan, Judgement judgement, Func<HostRequest, CancellationToken, Task<bool>> askHostAsync) => mode;
    }
}
