using System.Text.Json;
using Pryx.Agent.Secrets;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tools;

/// <summary>
/// Something the model can call. The runner plans, judges, asks, then invokes: a tool never decides about itself.
/// Bad arguments are a <see cref="ToolArgumentException"/>; every other failure the model should read is a failed outcome.
/// </summary>
public interface ITool
{
    ToolDefinition Definition { get; }

    /// <summary>Says what the call would touch, without touching it: paths resolved through symlinks, the command, the host. Reads no contents.</summary>
    ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken);

    /// <summary>What a person should see before answering (a diff, the exact command); called only when somebody is asked.</summary>
    ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPreview.None);

    /// <summary>The effect. It acts on the paths and hosts of the plan, never on ones resolved anew.</summary>
    Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken);
}

/// <param name="PolicyName">The PRD's dotted name, used by policy and audit: <c>filesystem.read</c>.</param>
/// <param name="WireName">What the model sees: <c>[a-zA-Z0-9_-]{1,64}</c>.</param>
/// <param name="Description">From the .md beside the tool.</param>
/// <param name="Schema">JSON schema of the arguments.</param>
public sealed record ToolDefinition(string PolicyName, string WireName, string Description, JsonElement Schema)
{
    /// <summary>Other names a model may call it by; they are not offered.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>True when a call that was interrupted may simply be run again: it has no effect of its own, or asks a person.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>True when it must not run beside other calls of its step.</summary>
    public bool RunsAlone { get; init; }
}

public enum AccessKind { Read, Write, Execute, Network }

/// <summary>One thing a call touches.</summary>
/// <param name="Target">A canonical path, one simple command as written, or a host (with port unless it is the scheme's own).</param>
public sealed record ToolAccess(AccessKind Kind, string Target)
{
    /// <summary>For paths: inside the workspace after resolving symlinks.</summary>
    public bool IsInsideWorkspace { get; init; }

    /// <summary>For Network: the HTTP method; a GET without a body asks less than a POST.</summary>
    public string? Method { get; init; }

    /// <summary>The command that touches it, as its own access names it; null where the tool itself does.</summary>
    public string? Command { get; init; }

    /// <summary>For Execute: why it can not be done inside a sandbox, such as "it publishes to others"; null where it can.</summary>
    public string? Boundary { get; init; }

    /// <summary>For Execute: it is of no use without a network, and which hosts it reaches is seen when it does.</summary>
    public bool NeedsNetwork { get; init; }

    /// <summary>For Network: a service of this machine, in a script that itself starts something in the background. In a sandbox there is no other.</summary>
    public bool IsOwnService { get; init; }

    /// <summary>
    /// True where it is concluded from what a program does with its arguments: the person who is asked about the command sees it there, too.
    /// A file tool's own write, or a redirection, is none.
    /// </summary>
    public bool IsInferred { get; init; }

    /// <summary>Bytes that would be written or sent; null when that is not known beforehand.</summary>
    public long? Size { get; init; }
}

/// <summary>What a call would do, as far as policy has to know.</summary>
/// <param name="Summary">One line for cards and logs: "Write src/a.cs".</param>
public sealed record ToolPlan(string Summary, IReadOnlyList<ToolAccess> Accesses)
{
    /// <summary>The rule that "session" or "always" would grant, in the syntax of <c>--allow</c>; null when it must not be offered (an interpreter, a wrapper, nothing to narrow to).</summary>
    public string? GrantPattern { get; init; }

    /// <summary>Set when the call can not be understood well enough to be allowed by a rule: it is asked, and this says why.</summary>
    public string? Unclear { get; init; }

    /// <summary>The placeholders of secrets that the call carries; their values are put in only when it is executed. Set by the runner, not by tools.</summary>
    public IReadOnlyList<string> UsesSecrets { get; init; } = [];

    /// <summary>False when not even its words could be read to their end: then a sandbox is no reason not to ask.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>For tools that are not ours: the user vouches for whoever says that this call only reads.</summary>
    public bool IsVouchedReading { get; init; }

    /// <summary>Whatever the tool wants back in Invoke, such as the resolved path.</summary>
    public object? State { get; init; }

    public static ToolPlan WithoutAccess(string summary) => new(summary, []);
}

public sealed record ToolPreview(PreviewKind Kind, string? Text)
{
    public static ToolPreview None { get; } = new(PreviewKind.None, null);
}

/// <param name="Text">What the model reads; already capped by the tool.</param>
public sealed record ToolOutcome(ToolStatus Status, string Text)
{
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];
    public string? FullOutputPath { get; init; }

    /// <summary>For a command: how it ended.</summary>
    public CommandOutcome? Command { get; init; }

    /// <summary>Untrusted for whatever came from outside the machine or from an untrusted folder.</summary>
    public Provenance Provenance { get; init; } = Provenance.Tool;
    public string? Source { get; init; }

    public static ToolOutcome Ok(string text) => new(ToolStatus.Completed, text);
    public static ToolOutcome Error(string text) => new(ToolStatus.Failed, text);
}

/// <summary>Where a call happens.</summary>
public sealed record ToolContext
{
    public required SessionId SessionId { get; init; }
    public required TurnId TurnId { get; init; }
    public required string CallId { get; init; }

    /// <summary>Canonical (no symlink in it); relative paths are relative to it.</summary>
    public required string Workspace { get; init; }

    /// <summary>A private folder for output that is too long to show; exists.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Variables of the workspace's .env that children get; never provider keys.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>False: files read here are data of an untrusted folder.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>How programs are run for this call. Off for whoever builds a context without saying; a turn says what its policy decided.</summary>
    public SandboxMode Sandbox { get; init; } = SandboxMode.Off;

    /// <summary>Whatever a tool cuts, streams or puts into a file goes through this first: half a secret is not found any more. Its result is masked in any case.</summary>
    public ISecretMask Secrets { get; init; } = NoMask.Instance;

    /// <summary>The least trusted text in the model's context when it made the call, and where that came from.</summary>
    public Provenance Taint { get; init; }
    public string? TaintSource { get; init; }

    /// <summary>Shows output while the tool runs: stream (stdout, stderr) and text, already masked. May drop.</summary>
    public Action<string, string> OnOutput { get; init; } = static (_, _) => { };

    /// <summary>Puts a question of the model to a person and waits; denied when there is none.</summary>
    public required Func<UserQuestion, CancellationToken, Task<ApprovalAnswer>> AskUserAsync { get; init; }

    /// <summary>The turn's model, for a tool that has something to ask it; null where the turn asks none.</summary>
    public IToolModel? Model { get; init; }
    public required TimeProvider Time { get; init; }
}

/// <param name="Choices">Up to four; empty for free text.</param>
public sealed record UserQuestion(string Question, IReadOnlyList<string> Choices);
