using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;
using Pryx.Tui.Input;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Policies;

/// <summary>The modes and what they mean, the policies by name, and how any call would be judged.</summary>
internal sealed class Modes(ScreenHost host) : BrowseScreen<PolicyModeBody>(host)
{
    private IReadOnlyList<JsonElement> _layers = [];
    private string? _mode;
    private int _grants;

    public override string Name => "Modes";
    protected override StyledLine Heading => _mode is null ? StyledLine.Empty : new([new("in force: ", Ink.Muted), new(_mode, Ink.Strong)]);
    protected override StyledLine Summary => new(Say.Count(_grants, "grant"), Ink.Muted);
    protected override Facts Empty => new Facts().Title("No modes");
    protected override string? FirstKey => _mode;

    protected override async Task<IReadOnlyList<PolicyModeBody>> ReadAsync(CancellationToken cancellationToken)
    {
        var overview = await Host.Core.GetAsync("/api/v1/policies", ProtocolJson.Default.JsonElement, cancellationToken);
        var status = await Host.Core.GetAsync("/api/v1/policy/status", ProtocolJson.Default.JsonElement, cancellationToken);
        var files = await Host.Core.GetAsync("/api/v1/policies/files", PoliciesJson.Default.PolicyFileList, cancellationToken);
        (_layers, _mode, _grants) = (overview.ItemsOf("layers"), status.TextOf("mode"), (int)(status.NumberOf("grants") ?? 0));
        return
        [
            .. overview.Deserialize(PoliciesJson.Default.PolicyModeList)!.Modes,
            .. files.Policies.Select(static file => new PolicyModeBody(file.Name, file.Problems.Count > 0 ? $"A file that does not count: {file.Problems[0]}" : $"{file.Description ?? "A policy file."}{(file.Always ? " Counts always." : "")}", false)),
        ];
    }

    protected override string KeyOf(PolicyModeBody item) => item.Name;

    protected override string WordsOf(PolicyModeBody item) => $"{item.Name} {item.Says}";

    protected override StyledLine Row(PolicyModeBody item, int width) => StatusLine.Of(width,
        new([new(item.Name == _mode ? "● " : "  ", Ink.Success), new(item.Name), .. width > 60 ? [new("  " + item.Says, Ink.Muted)] : Array.Empty<Span>()]), new(item.Name == _mode ? "in force" : item.IsDefault ? "default" : "", item.Name == _mode ? Ink.Success : Ink.Faint));

    protected override Facts DetailsOf(PolicyModeBody item)
    {
        var facts = new Facts().Title(item.Name, item.Name == _mode ? "in force for turns that name none" : null, Ink.Success).Text(item.Says)
            .Gap().Say("in a session", $"/policy {item.Name}", Ink.Accent).Say("for all", $"pryx config set policy {item.Name}", Ink.Code);
        if (_layers.Count > 0)
        {
            facts.Section("What judges a call, in this order; the strictest wins");
            foreach (var layer in _layers)
            {
                facts.Item(layer.FlagOf("holds") ? "■" : "•", layer.TextOf("name") ?? "", layer.FlagOf("holds") ? Ink.Warning : Ink.Accent, layer.TextOf("says"));
            }
            facts.Text("■ holds in every mode; only grants lower an ask, and nothing lifts a deny.", Ink.Faint);
        }
        return facts;
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(PolicyModeBody? item) => item is null ? [] : [new('x', "explain a call", () => Explain(item))];

    private void Explain(PolicyModeBody mode) => Host.Ask(new Form(Host, "Explain a call", $"How it would be judged in {mode.Name}. Nothing runs.", [new("Tool", "shell.exec"), new("Arguments, as JSON", """{"command": "git push"}""")], async (texts, cancellationToken) =>
    {
        var call = new ExplainCall(texts[0].Length > 0 ? texts[0] : "shell.exec", ArgsOf(texts[1])) { Policy = mode.Name, Workspace = Host.Folder };
        var explained = await Host.Core.SendAsync("POST", "/api/v1/policies/explain", JsonSerializer.Serialize(call, PoliciesJson.Default.ExplainCall), PoliciesJson.Default.ExplainedCall, cancellationToken);
        Host.Ask(explained.Decision switch { "allow" => "It would run unasked", "ask" => "You would be asked", _ => "It would be denied" }, FactsOf(explained), null, new DialogChoice(Key.Enter, "Close", static () => { }));
    }));

    private static Facts FactsOf(ExplainedCall call)
    {
        var ink = call.Decision switch { "allow" => Ink.Success, "ask" => Ink.Warning, _ => Ink.Error };
        var facts = new Facts().Title(call.Summary, call.Decision, ink).Text(call.Reason).Gap().Say("rule", call.Rule, Ink.Muted);
        foreach (var access in call.Accesses)
        {
            facts.Say(access.Kind, $"{access.Target}{(access.InsideWorkspace ? "" : "  (outside the folder)")}");
        }
        return facts.Say("unasked with", call.Next, Ink.Code);
    }

    private static JsonElement? ArgsOf(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new PryxException("VALIDATION_ERROR", $"The arguments are no JSON: {e.Message}", """such as {"command": "git push"}""");
        }
    }
}
