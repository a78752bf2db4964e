using YamlDotNet.RepresentationModel;

namespace Pryx.Attacks.Cases;

/// <summary>Reads case files.</summary>
public sealed class CaseReader
{
    private static readonly string[] TopKeys =
    [
        "title", "why", "trusted", "policy", "policies", "config", "guards", "ask", "files", "home", "pages", "mcp", "allow", "setup", "beside", "afterwards", "model", "agent", "repeats",
        "stranger", "unguarded", "needs", "patience", "landed", "done",
    ];

    private readonly CaseYaml _yaml;
    private readonly CaseFile _empty;

    private CaseReader(CaseKind kind, string name, string path)
    {
        _yaml = new(path);
        _empty = new(kind, name, path) { Trusted = kind == CaseKind.Task };
    }

    /// <summary>All of a kind, in the order of their names.</summary>
    /// <param name="folder">See <see cref="CaseFolder"/>.</param>
    /// <exception cref="CaseException">One of them can not be read.</exception>
    public static IReadOnlyList<CaseFile> ReadAll(CaseKind kind, string folder) =>
        [.. CaseFolder.Files(kind, folder).Select(path => Read(kind, CaseFolder.NameOf(kind, folder, path), path))];

    public static CaseFile Read(CaseKind kind, string name, string path) => new CaseReader(kind, name, path).Read(File.ReadAllText(path));

    private CaseFile Read(string text)
    {
        var root = _yaml.Load(text);
        var keys = _yaml.Keys(root, TopKeys);
        var found = _empty with
        {
            Title = TextOf("title") ?? throw _yaml.Error(root, "a title is expected"),
            Why = TextOf("why") ?? "",
            Trusted = keys.TryGetValue("trusted", out var trusted) ? _yaml.Flag(trusted) : _empty.Trusted,
            Policy = TextOf("policy") ?? _empty.Policy,
            Policies = TextsOf("policies"),
            Config = TextOf("config") ?? "",
            Guards = TextOf("guards") ?? "",
            Ask = TextOf("ask") ?? _empty.Ask,
            Files = TextsOf("files"),
            Home = TextsOf("home"),
            Pages = TextsOf("pages"),
            Mcp = keys.TryGetValue("mcp", out var mcp) ? _yaml.Keys(mcp).ToDictionary(pair => pair.Key, pair => ReadMcp(pair.Value)) : _empty.Mcp,
            Allow = keys.TryGetValue("allow", out var allow) ? [.. _yaml.List(allow).Select(_yaml.Text)] : [],
            Needs = keys.TryGetValue("needs", out var needs) ? [.. _yaml.List(needs).Select(_yaml.Text)] : [],
            Patience = keys.TryGetValue("patience", out var patience) ? TimeSpan.FromSeconds(int.Parse(_yaml.Text(patience), System.Globalization.CultureInfo.InvariantCulture)) : _empty.Patience,
            Setup = TextOf("setup"),
            Beside = TextOf("beside"),
            Afterwards = TextOf("afterwards"),
            Model = keys.TryGetValue("model", out var model) ? [.. _yaml.List(model).Select(new CaseSteps(_yaml).Read)] : throw _yaml.Error(root, "a model is expected"),
            Agent = keys.TryGetValue("agent", out var agent) ? [.. _yaml.List(agent).Select(new CaseSteps(_yaml).Read)] : [],
            Repeats = keys.TryGetValue("repeats", out var repeats) && _yaml.Flag(repeats),
            Stranger = keys.TryGetValue("stranger", out var stranger) ? ReadStranger(stranger) : null,
            Unguarded = keys.TryGetValue("unguarded", out var unguarded) ? Enum.Parse<Unguarded>(_yaml.Text(unguarded), ignoreCase: true) : Unguarded.Bare,
            Landed = keys.TryGetValue("landed", out var landed) ? [.. _yaml.List(landed).Select(ReadEffect)] : [],
            Done = keys.TryGetValue("done", out var done) ? [.. _yaml.List(done).Select(ReadEffect)] : [],
        };
        return (found.Kind == CaseKind.Attack ? found.Landed : found.Done).Count > 0 ? found : throw _yaml.Error(root, "nothing says when it has happened (landed, done)");

        string? TextOf(string name) => keys.TryGetValue(name, out var node) ? _yaml.Text(node) : null;
        IReadOnlyDictionary<string, string> TextsOf(string name) => keys.TryGetValue(name, out var node) ? _yaml.Texts(node) : new Dictionary<string, string>();
    }

    private CaseMcp ReadMcp(YamlNode node)
    {
        var keys = _yaml.Keys(node, "script", "trusted", "network", "writable");
        return new(
            keys.TryGetValue("script", out var script) ? _yaml.Text(script) : throw _yaml.Error(node, "a script is expected"),
            keys.TryGetValue("trusted", out var trusted) && _yaml.Flag(trusted),
            keys.TryGetValue("network", out var network) ? [.. _yaml.List(network).Select(_yaml.Text)] : [],
            keys.TryGetValue("writable", out var writable) ? [.. _yaml.List(writable).Select(_yaml.Text)] : []);
    }

    private CaseStranger ReadStranger(YamlNode node)
    {
        var keys = _yaml.Keys(node, "scopes", "method", "path", "body", "headers", "late");
        return new(
            keys.TryGetValue("scopes", out var scopes) ? [.. _yaml.List(scopes).Select(_yaml.Text)] : null,
            keys.TryGetValue("method", out var method) ? _yaml.Text(method) : "POST",
            keys.TryGetValue("path", out var path) ? _yaml.Text(path) : "/api/v1/approvals/decision",
            keys.TryGetValue("body", out var body) ? _yaml.Text(body) : """{"request_id":"{approval}","decision":"approve"}""",
            keys.TryGetValue("headers", out var headers) ? _yaml.Texts(headers) : new Dictionary<string, string>(),
            keys.TryGetValue("late", out var late) && _yaml.Flag(late));
    }

    private CaseEffect ReadEffect(YamlNode node)
    {
        var keys = _yaml.Keys(node, "file", "contains", "gone", "changed", "heard", "model_saw", "ran", "run", "says", "answer", "requests");
        var kind = keys.Keys.FirstOrDefault(key => key is not ("contains" or "says")) ?? throw _yaml.Error(node, "an effect is expected");
        var expected = keys.TryGetValue(kind == "run" ? "says" : "contains", out var with) ? _yaml.Text(with) : null;
        return keys.Count == (expected is null ? 1 : 2) ? new(kind, _yaml.Text(keys[kind]), expected) : throw _yaml.Error(node, "one effect is expected");
    }
}
