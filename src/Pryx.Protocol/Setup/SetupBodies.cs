using System.Text.Json.Serialization;
using Pryx.Protocol.Providers;

namespace Pryx.Protocol.Setup;

// GET    /api/v1/setup                  SetupBody; ?workspace=FOLDER (whose .env may hold a key, and which is proposed)
// GET    /api/v1/setup/ready            SetupReady: cheap, for whoever asks often
// POST   /api/v1/setup/try              TryProvider → ProviderTried: one real call, nothing is stored
// POST   /api/v1/setup/steps/{step}     SetupInput → SetupAnswer
// POST   /api/v1/setup/dismiss          204: the hint is not shown any more
// DELETE /api/v1/setup                  204: nothing is skipped or dismissed any more; what is configured stays

/// <summary>The way from nothing to the first answer: one flow over one store for every surface. It can be left, gone on with and repeated.</summary>
/// <param name="Ready">A message would be answered by a real model as things are: no question is needed.</param>
/// <param name="Complete">No step is open.</param>
/// <param name="Steps">In the order in which they are offered.</param>
public sealed record SetupBody(bool Ready, bool Complete, IReadOnlyList<SetupStep> Steps)
{
    /// <summary>Who would answer, as provider/model; null when nobody would but the demo tour.</summary>
    public string? Model { get; init; }

    /// <summary>Why nobody would, and what to do; null when ready.</summary>
    public string? Why { get; init; }

    /// <summary>The step to go on with: the first required one that is open, else the first open one; null when none is.</summary>
    public string? Next { get; init; }

    /// <summary>One line for whoever is not asked; null when nothing is open, or it was dismissed.</summary>
    public string? Hint { get; init; }
    public bool Dismissed { get; init; }
}

/// <param name="Id">One of <see cref="SetupSteps"/>.</param>
/// <param name="Required">Without it no model answers; everything else may be skipped.</param>
/// <param name="State">One of <see cref="SetupStates"/>.</param>
/// <param name="Summary">What there is, or what is missing, in one line.</param>
public sealed record SetupStep(string Id, string Title, bool Required, string State, string Summary)
{
    /// <summary>A command that takes the step; null when it is done.</summary>
    public string? Next { get; init; }

    /// <summary>What the machine has to choose from, the best first.</summary>
    public IReadOnlyList<SetupFound> Found { get; init; } = [];

    /// <summary>UTC: when a person took or skipped it; null when nobody did.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Of the step workspace: the folder that was chosen, else the one that is proposed.</summary>
    public string? Workspace { get; init; }

    /// <summary>Of the step workspace: the mode in force.</summary>
    public string? Mode { get; init; }
}

public static class SetupSteps
{
    public const string Cloud = "cloud";
    public const string Provider = "provider";
    public const string Workspace = "workspace";
    public const string Abilities = "abilities";
    public const string Chat = "chat";

    /// <summary>In their order.</summary>
    public static IReadOnlyList<string> All { get; } = [Cloud, Provider, Workspace, Abilities, Chat];
}

public static class SetupStates
{
    public const string Open = "open";
    public const string Done = "done";
    public const string Skipped = "skipped";
}

/// <summary>Something that lies ready and needs only to be chosen.</summary>
/// <param name="Kind">key, account or server (a provider that can be used), mcp, skill or mode.</param>
/// <param name="Id">Of the provider, the MCP server, the skill or the mode.</param>
public sealed record SetupFound(string Kind, string Id, string Name)
{
    /// <summary>Where a key is: env, keychain or .env; null otherwise.</summary>
    public string? Source { get; init; }

    /// <summary>The variable that holds the key.</summary>
    public string? Variable { get; init; }

    /// <summary>Where a local server answers.</summary>
    public string? Url { get; init; }

    /// <summary>What a local server offers; null where it was not asked.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>The model that would be taken.</summary>
    public string? Model { get; init; }

    /// <summary>In words for a person: what it is or what choosing it means.</summary>
    public string? About { get; init; }

    /// <summary>It is in use as things are.</summary>
    public bool Active { get; init; }
}

/// <summary>The one question of surfaces that open at once.</summary>
public sealed record SetupReady(bool Ready)
{
    public string? Model { get; init; }
    public string? Why { get; init; }
    public string? Hint { get; init; }
}

/// <param name="Action">One of <see cref="SetupActions"/>; null for complete.</param>
public sealed record SetupInput(string? Action = null)
{
    /// <summary>Step provider: its id.</summary>
    public string? Provider { get; init; }

    /// <summary>Step provider: a new key, tried before it is stored; null for the one in force.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Step provider: as the provider calls it; null for its usual one.</summary>
    public string? Model { get; init; }

    /// <summary>Step provider: where Ollama answers; null for where it usually does.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Step workspace: an existing folder, absolute.</summary>
    public string? Workspace { get; init; }

    /// <summary>Step workspace: read-only, ask, workspace-only, network-allowlist or full; null for the one in force.</summary>
    public string? Mode { get; init; }

    /// <summary>Step provider: store also what could not be proven now. A key that the provider refuses is stored by nothing.</summary>
    public bool Force { get; init; }
}

public static class SetupActions
{
    public const string Complete = "complete";
    public const string Skip = "skip";
    public const string Reopen = "reopen";
}

/// <param name="Setup">As it is now.</param>
public sealed record SetupAnswer(SetupBody Setup)
{
    /// <summary>What the call to the provider has shown; null where none was made.</summary>
    public ProviderTried? Tried { get; init; }

    /// <summary>Where the key is kept, in words; null where none was stored.</summary>
    public string? KeptIn { get; init; }

    /// <summary>What the person should know of what was done.</summary>
    public string? Note { get; init; }
}

public sealed record TryProvider(string? Provider = null, string? ApiKey = null, string? Endpoint = null);

/// <param name="Test">Of one real call.</param>
/// <param name="Models">What the provider lists; what is known of it where its call lists none.</param>
public sealed record ProviderTried(ProviderTest Test, IReadOnlyList<string> Models)
{
    /// <summary>The one that would be taken; null when there is none to propose.</summary>
    public string? Model { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SetupBody))]
[JsonSerializable(typeof(SetupReady))]
[JsonSerializable(typeof(SetupInput))]
[JsonSerializable(typeof(SetupAnswer))]
[JsonSerializable(typeof(TryProvider))]
[JsonSerializable(typeof(ProviderTried))]
public sealed partial class SetupJson : JsonSerializerContext;
