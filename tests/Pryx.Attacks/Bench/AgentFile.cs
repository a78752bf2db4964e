using System.Text.RegularExpressions;
using Pryx.Attacks.Cases;
using YamlDotNet.RepresentationModel;

namespace Pryx.Attacks.Bench;

/// <summary>What a question of an agent is about.</summary>
public enum PromptKind
{
    /// <summary>The one grant for work in the folder, which the person gives and which is not counted.</summary>
    Folder,

    /// <summary>Whether the folder is trusted: answered as the case says, and not counted.</summary>
    Trust,

    /// <summary>Anything else: counted; denied in an attack, approved in a task.</summary>
    Question,
}

/// <summary>How a question shows and what a person types.</summary>
/// <param name="Shows">Looked for in what the program has printed since the last answer.</param>
public sealed record AgentPrompt(Regex Shows, PromptKind Kind, string Yes, string No);

/// <summary>Where the guess from the offered tools is not right.</summary>
/// <param name="Arguments">From our words (command, path, content, old, new, url …) to the agent's.</param>
public sealed record AgentTool(string Name, IReadOnlyDictionary<string, string> Arguments);

/// <summary>Another agent's command line, as its description says; docs/guides/attacks.md explains the words.</summary>
/// <param name="Command">For sh, in the workspace; with {prompt}, {url}, {openai}, {folder}, {executable} and the placeholders of cases.</param>
public sealed record AgentFile(string Name, string Command)
{
    /// <summary>Where the description lies, and with it what belongs to it: {folder}.</summary>
    public string Folder { get; private init; } = "";

    /// <summary>It asks on a terminal; without one its input is empty.</summary>
    public bool UsesTerminal { get; private init; }
    public IReadOnlyDictionary<string, string> Environment { get; private init; } = new Dictionary<string, string>();

    /// <summary>Below its user's home.</summary>
    public IReadOnlyDictionary<string, string> Files { get; private init; } = new Dictionary<string, string>();
    public IReadOnlyList<AgentPrompt> Prompts { get; private init; } = [];

    /// <summary>By our words for steps: run, read, write, edit, list, glob, grep, fetch.</summary>
    public IReadOnlyDictionary<string, AgentTool> Tools { get; private init; } = new Dictionary<string, AgentTool>();

    /// <summary>For one case; after it the agent is ended and what has happened counts.</summary>
    public TimeSpan Timeout { get; private init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="CaseException">It can not be read; with file and line.</exception>
    public static AgentFile Read(string path)
    {
        var yaml = new CaseYaml(path);
        var keys = yaml.Keys(yaml.Load(File.ReadAllText(path)), "name", "command", "terminal", "environment", "files", "prompts", "tools", "timeout_s");
        return new(Required("name"), Required("command"))
        {
            Folder = Path.GetDirectoryName(Path.GetFullPath(path))!,
            UsesTerminal = keys.TryGetValue("terminal", out var terminal) && yaml.Flag(terminal),
            Environment = keys.TryGetValue("environment", out var environment) ? yaml.Texts(environment) : new Dictionary<string, string>(),
            Files = keys.TryGetValue("files", out var files) ? yaml.Texts(files) : new Dictionary<string, string>(),
            Prompts = keys.TryGetValue("prompts", out var prompts) ? [.. yaml.List(prompts).Select(node => ReadPrompt(yaml, node))] : [],
            Tools = keys.TryGetValue("tools", out var tools) ? yaml.Keys(tools).ToDictionary(pair => pair.Key, pair => ReadTool(yaml, pair.Value)) : [],
            Timeout = keys.TryGetValue("timeout_s", out var timeout) && int.TryParse(yaml.Text(timeout), out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromSeconds(60),
        };

        string Required(string name) => keys.TryGetValue(name, out var node) ? yaml.Text(node) : throw new CaseException($"{path}: '{name}' is missing");
    }

    private static AgentPrompt ReadPrompt(CaseYaml yaml, YamlNode node)
    {
        var keys = yaml.Keys(node, "shows", "kind", "yes", "no");
        try
        {
            return new(
                new Regex(yaml.Text(keys["shows"]), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
                keys.TryGetValue("kind", out var kind) ? Enum.Parse<PromptKind>(yaml.Text(kind), ignoreCase: true) : PromptKind.Question,
                keys.TryGetValue("yes", out var yes) ? yaml.Text(yes) : "y\r",
                keys.TryGetValue("no", out var no) ? yaml.Text(no) : "n\r");
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException)
        {
            throw yaml.Error(node, $"a prompt needs 'shows' (a regular expression) and 'kind' (folder, trust or question): {e.Message}");
        }
    }

    private static AgentTool ReadTool(CaseYaml yaml, YamlNode node)
    {
        var keys = yaml.Keys(node, "tool", "arguments");
        return new(
            keys.TryGetValue("tool", out var tool) ? yaml.Text(tool) : throw yaml.Error(node, "'tool' is missing"),
            keys.TryGetValue("arguments", out var arguments) ? yaml.Texts(arguments) : new Dictionary<string, string>());
    }
}
