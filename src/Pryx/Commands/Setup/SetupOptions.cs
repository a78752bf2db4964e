using System.CommandLine;
using Pryx.Protocol.Setup;

namespace Pryx.Commands.Setup;

/// <summary>The flags of <c>pryx setup</c>: with any that takes a step nobody is asked.</summary>
internal sealed class SetupOptions
{
    private readonly Option<bool> _status = new("--status") { Description = "Only show where setup stands; exit code 1 while nothing would answer" };
    private readonly Option<string?> _step = new("--step") { HelpName = "STEP", Description = $"Take this one again: {string.Join(", ", SetupSteps.All)}" };
    private readonly Option<string?> _provider = new("--provider") { HelpName = "NAME", Description = "Use this provider: openai, anthropic, ollama …" };
    private readonly Option<bool> _keyStdin = new("--key-stdin") { Description = "Read the provider's key from stdin; it is tried before it is stored" };
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "MODEL", Description = "Its model; without it the usual one" };
    private readonly Option<string?> _endpoint = new("--endpoint") { HelpName = "URL", Description = "Where Ollama answers, if elsewhere" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Store also what the provider can not confirm now" };
    private readonly Option<string?> _workspace = new("--workspace", "-w") { HelpName = "DIR", Description = "The folder to work in" };
    private readonly Option<string?> _mode = new("--mode") { HelpName = "MODE", Description = "read-only, ask, workspace-only, network-allowlist or full" };
    private readonly Option<string[]> _mcp = new("--mcp") { HelpName = "NAME=URL|CMD", Description = "Add an MCP server (repeatable)" };
    private readonly Option<string[]> _skill = new("--skill") { HelpName = "NAME", Description = "Switch a skill on (repeatable)" };
    private readonly Option<bool> _login = new("--login") { Description = "Sign in to Pryx Cloud by a code" };
    private readonly Option<string?> _skip = new("--skip") { HelpName = "STEPS", Description = "Do not ask for these, such as cloud,abilities" };
    private readonly Option<bool> _dismiss = new("--dismiss") { Description = "Mention open steps no more" };
    private readonly Option<bool> _restart = new("--restart") { Description = "Ask for everything again; what is configured stays" };
    private readonly Option<bool> _json = new("--json", "-j") { Description = "JSON on stdout: where setup stands" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_status, _step, _provider, _keyStdin, _model, _endpoint, _force, _workspace, _mode, _mcp, _skill, _login, _skip, _dismiss, _restart, _json])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="Protocol.Errors.PryxException">USAGE: they contradict each other.</exception>
    public SetupChoices Of(ParseResult parsed)
    {
        var choices = new SetupChoices
        {
            IsStatus = parsed.GetValue(_status),
            Step = parsed.GetValue(_step)?.Trim().ToLowerInvariant(),
            Provider = parsed.GetValue(_provider)?.Trim().ToLowerInvariant(),
            HasKeyOnStdin = parsed.GetValue(_keyStdin),
            Model = parsed.GetValue(_model),
            Endpoint = parsed.GetValue(_endpoint),
            IsForced = parsed.GetValue(_force),
            Workspace = parsed.GetValue(_workspace),
            Mode = parsed.GetValue(_mode)?.Trim().ToLowerInvariant(),
            Servers = parsed.GetValue(_mcp) ?? [],
            Skills = parsed.GetValue(_skill) ?? [],
            Login = parsed.GetValue(_login),
            Skip = [.. (parsed.GetValue(_skip) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static step => step.ToLowerInvariant())],
            Dismiss = parsed.GetValue(_dismiss),
            Restart = parsed.GetValue(_restart),
            IsJson = parsed.GetValue(_json),
        };
        if (choices.Provider is null && (choices.HasKeyOnStdin || choices.Model is not null || choices.Endpoint is not null))
        {
            throw UsageError.Of("--key-stdin, --model and --endpoint belong to a provider.", "pryx setup --provider openai --key-stdin < key.txt");
        }
        if (choices.Skip.Append(choices.Step).OfType<string>().FirstOrDefault(static step => !SetupSteps.All.Contains(step)) is { } unknown)
        {
            throw UsageError.Of($"There is no step '{unknown}'.", $"use one of {string.Join(", ", SetupSteps.All)}");
        }
        return choices;
    }
}

internal sealed record SetupChoices
{
    public bool IsStatus { get; init; }
    public string? Step { get; init; }
    public string? Provider { get; init; }
    public bool HasKeyOnStdin { get; init; }
    public string? Model { get; init; }
    public string? Endpoint { get; init; }
    public bool IsForced { get; init; }
    public string? Workspace { get; init; }
    public string? Mode { get; init; }
    public IReadOnlyList<string> Servers { get; init; } = [];
    public IReadOnlyList<string> Skills { get; init; } = [];
    public bool Login { get; init; }
    public IReadOnlyList<string> Skip { get; init; } = [];
    public bool Dismiss { get; init; }
    public bool Restart { get; init; }
    public bool IsJson { get; init; }

    /// <summary>Something is to be done that needs no question.</summary>
    public bool TakesSteps => Provider is not null || Workspace is not null || Mode is not null || Servers.Count > 0 || Skills.Count > 0 || Login || Skip.Count > 0 || Dismiss;
}
