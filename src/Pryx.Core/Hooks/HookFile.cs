using System.Text.Json;

namespace Pryx.Core.Hooks;

/// <summary>Reads hooks in the shape of Claude Code's settings: <c>{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "…"}]}]}}</c>.</summary>
public static class HookFile
{
    /// <summary>Bytes.</summary>
    public const int MaxLength = 1024 * 1024;

    private const int MaxHooks = 200;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);
    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 32 };

    /// <param name="mayOpen">Whether the file may give hooks a network: the user's own.</param>
    public static HookListing Open(string path, HookOrigin origin, bool mayOpen)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Length > MaxLength)
            {
                return Broken(path, origin, "it is larger than 1 MB");
            }
            return Read(File.ReadAllBytes(path), path, origin, mayOpen);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return HookListing.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Broken(path, origin, $"it can not be read ({e.Message})");
        }
    }

    public static HookListing Read(ReadOnlyMemory<byte> json, string path, HookOrigin origin, bool mayOpen)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return document.RootElement.ValueKind != JsonValueKind.Object ? Broken(path, origin, "a JSON object is expected")
                : !document.RootElement.TryGetProperty("hooks", out var events) ? HookListing.Empty
                : events.ValueKind != JsonValueKind.Object ? Broken(path, origin, "hooks: an object with one list for each event is expected")
                : Read(events, path, origin, mayOpen);
        }
        catch (JsonException e)
        {
            // The message may quote the line, and the line may hold a token.
            return Broken(path, origin, $"it is no JSON (line {e.LineNumber + 1})");
        }
    }

    private static HookListing Read(JsonElement events, string path, HookOrigin origin, bool mayOpen)
    {
        List<HookDefinition> hooks = [];
        List<BrokenHooks> broken = [];
        List<string> notes = [];
        foreach (var set in events.EnumerateObject())
        {
            if (!HookEvents.All.Contains(set.Name))
            {
                notes.Add($"{path}: the event {Skills.HiddenText.Line(set.Name, 40)} does not exist here; its hooks never run");
                continue;
            }
            if (set.Value.ValueKind != JsonValueKind.Array)
            {
                broken.Add(new(path, origin, $"{set.Name}: a list is expected"));
                continue;
            }
            foreach (var group in set.Value.EnumerateArray())
            {
                Read(group, set.Name, path, origin, mayOpen, hooks, broken, notes);
            }
        }
        return hooks.Count > MaxHooks ? Broken(path, origin, $"more than {MaxHooks} hooks") : new(hooks, broken, notes);
    }

    private static void Read(JsonElement group, string name, string path, HookOrigin origin, bool mayOpen, List<HookDefinition> hooks, List<BrokenHooks> broken, List<string> notes)
    {
        if (group.ValueKind != JsonValueKind.Object || !group.TryGetProperty("hooks", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            broken.Add(new(path, origin, $"{name}: {{\"matcher\": …, \"hooks\": […]}} is expected"));
            return;
        }
        var matcher = Text(group, "matcher") ?? "";
        foreach (var hook in list.EnumerateArray())
        {
            if (hook.ValueKind != JsonValueKind.Object || Text(hook, "type") is not (null or "command") || Text(hook, "command") is not { Length: > 0 } command)
            {
                broken.Add(new(path, origin, $"{name}: each hook needs \"type\": \"command\" and a command"));
                continue;
            }
            var hosts = Hosts(hook);
            if (hosts.Count > 0 && !mayOpen)
            {
                notes.Add($"{path}: {name} asks for the network, which only hooks of your own hooks.json get");
                hosts = [];
            }
            try
            {
                hooks.Add(new(name, name is HookEvents.PreToolUse or HookEvents.PostToolUse or HookEvents.SessionStart ? matcher : "", command, TimeoutOf(hook), origin, path) { Hosts = hosts });
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                broken.Add(new(path, origin, $"{name}: the matcher '{Skills.HiddenText.Line(matcher, 60)}' is no regular expression that can be used"));
            }
        }
    }

    private static TimeSpan TimeoutOf(JsonElement hook) => hook.TryGetProperty("timeout", out var timeout) && timeout.ValueKind == JsonValueKind.Number && timeout.TryGetDouble(out var seconds) && seconds > 0
        ? TimeSpan.FromSeconds(Math.Min(seconds, LongestTimeout.TotalSeconds)) : DefaultTimeout;

    private static List<string> Hosts(JsonElement hook) => hook.TryGetProperty("network", out var network) && network.ValueKind == JsonValueKind.Array
        ? [.. network.EnumerateArray().Where(static host => host.ValueKind == JsonValueKind.String).Select(static host => host.GetString()!).Where(static host => host.Length > 0)] : [];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static HookListing Broken(string path, HookOrigin origin, string message) => new([], [new(path, origin, message)], []);
}
