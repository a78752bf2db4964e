using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Protocol.Hooks;

/// <param name="Source">user or workspace.</param>
/// <param name="Network">Hosts that it reaches.</param>
public sealed record HookBody(string Event, string Matcher, string Command, double TimeoutS, string Source, string File, IReadOnlyList<string> Network);

public sealed record UnreadHooks(string File, string Source, string Message);

/// <param name="UserFile">Where the user's own hooks are written.</param>
/// <param name="Warning">Null when there is none.</param>
public sealed record HookList(IReadOnlyList<HookBody> Hooks, IReadOnlyList<UnreadHooks> Broken, IReadOnlyList<string> Notes, string UserFile, string? Warning);

/// <param name="Tool">By any of its names; shell_exec when absent.</param>
/// <param name="Input">Its arguments.</param>
/// <param name="Text">The prompt, the result or the last message, as the event has it.</param>
public sealed record TestHooks(string? Workspace, string? Event, string? Tool, JsonElement? Input, string? Text);

/// <param name="ExitCode">Null when it did not run to its end.</param>
/// <param name="Decision">deny, ask, allow or none; a guard that has failed denies.</param>
public sealed record TestedHook(HookBody Hook, int? ExitCode, string Decision, string? Reason, string? Context, string? Stops, string Stdout, string Stderr, long DurationMs);

/// <param name="Input">What each of them read.</param>
public sealed record TestedHooks(IReadOnlyList<TestedHook> Runs, string Input);

/// <summary>The bodies of the routes below <c>/api/v1/hooks</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HookList))]
[JsonSerializable(typeof(TestHooks))]
[JsonSerializable(typeof(TestedHooks))]
public sealed partial class HooksJson : JsonSerializerContext;
