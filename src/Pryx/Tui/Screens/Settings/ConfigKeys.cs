using System.Text;
using System.Text.Json;
using Pryx.Protocol;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Settings;

/// <summary>Every key of config.yaml: its value, of which kind it is, where it comes from; and changing it.</summary>
internal sealed class ConfigKeys(ScreenHost host) : BrowseScreen<ConfigEntry>(host)
{
    public override string Name => "Configuration";
    protected override StyledLine Heading => new("config.yaml", Ink.Muted);
    protected override StyledLine Summary => new($"{Listing.Shown.Count(static key => key.Source != "default")} set of {Listing.Total}", Ink.Muted);
    protected override Facts Empty => new Facts().Title("No keys");

    protected override async Task<IReadOnlyList<ConfigEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        var body = await Host.Core.GetAsync("/api/v1/config/keys", ProtocolJson.Default.JsonElement, cancellationToken);
        return [.. body.ItemsOf("keys").Select(ConfigEntry.Of).OrderBy(static key => key.Group == "general" ? "" : key.Group, StringComparer.Ordinal)];
    }

    protected override string KeyOf(ConfigEntry item) => item.Name;

    protected override string WordsOf(ConfigEntry item) => $"{item.Name} {item.Value} {item.Source} {item.Group}";

    protected override StyledLine Row(ConfigEntry item, int width)
    {
        var isSet = item.Source != "default";
        var name = StyledText.Pad(new([new(item.Group == "general" ? "" : item.Group + " ", Ink.Faint), new(item.Group == "general" ? item.Name : ShortOf(item), isSet ? Ink.Strong : Ink.Default)]), Math.Min(34, width * 3 / 5));
        return StatusLine.Of(width, StyledText.Concat(name, new(" "), new(item.Value.Length > 0 ? item.Value : "–", isSet ? Ink.Accent : Ink.Muted)), new(isSet ? item.Source : "", Ink.Faint));
    }

    protected override Facts DetailsOf(ConfigEntry item) => new Facts().Title(item.Name, item.Source == "default" ? "as it comes" : $"from {item.Source}", item.Source == "default" ? Ink.Muted : Ink.Accent).Gap()
        .Say("value", item.Value.Length > 0 ? item.Value : "empty", Ink.Strong)
        .Say("takes", item.Expected)
        .Say("as it comes", item.Default.Length > 0 ? item.Default : "empty", Ink.Muted)
        .Say("variable", item.Variable is { } variable ? $"{variable}{(item.Source == "environment" ? " (it stands before config.yaml)" : "")}" : null, item.Source == "environment" ? Ink.Warning : Ink.Muted)
        .Gap().Text(item.IsOpen ? "Enter or E changes it; it holds from the next turn on." : "It names a program, a path, an address or a limit of safety, so it is changed at the machine:", Ink.Muted)
        .Text(item.IsOpen ? null : $"  pryx config set {item.Name} VALUE", Ink.Code);

    protected override IReadOnlyList<ScreenAction> ActionsOf(ConfigEntry? item) => item is null ? [] :
        item is { IsOpen: true, Kind: "bool" } ? [new('e', item.Value == "true" ? "switch off" : "switch on", () => Toggle(item))] : [new('e', item.IsOpen ? "change" : "how to change", () => Change(item))];

    private void Toggle(ConfigEntry key) => Work.Begin($"Changing {key.Name}", cancellationToken => SetAsync(key, key.Value == "true" ? "false" : "true", cancellationToken));

    private void Change(ConfigEntry key)
    {
        if (!key.IsOpen)
        {
            Host.Say($"In a shell: pryx config set {key.Name} VALUE");
            return;
        }
        Host.Ask(new Form(Host, key.Name, $"{char.ToUpperInvariant(key.Expected[0])}{key.Expected[1..]}.", [new("Value", key.Default, key.Value)], (texts, cancellationToken) => SetAsync(key, texts[0], cancellationToken)));
    }

    private async Task SetAsync(ConfigEntry key, string value, CancellationToken cancellationToken)
    {
        var changed = await Host.Core.SendAsync("PATCH", "/api/v1/config", BodyOf(key, value), ProtocolJson.Default.JsonElement, cancellationToken);
        Host.Say(changed.ItemsOf("overridden").Count > 0 ? $"Stored, but {key.Variable ?? "the environment"} says otherwise." : $"{key.Name} is {(value.Length > 0 ? value : "empty")}.");
        Read();
    }

    // Numbers and truths go as what they are, so that the gateway can say what is wrong with a text in their place.
    private static string BodyOf(ConfigEntry key, string value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (key.Kind == "bool" && bool.TryParse(value, out var flag))
            {
                json.WriteBoolean(key.Name, flag);
            }
            else
            {
                json.WriteString(key.Name, value);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string ShortOf(ConfigEntry key) => key.Name.StartsWith(key.Group + "_", StringComparison.Ordinal) ? key.Name[(key.Group.Length + 1)..] : key.Name;
}
