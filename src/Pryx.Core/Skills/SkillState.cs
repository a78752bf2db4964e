using System.Text;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Skills;

/// <summary>skills.yaml: which skills the user has switched on or off, <c>enabled_skills: {weather: true}</c>. What else stands in it stays.</summary>
/// <param name="path">Absolute.</param>
public sealed class SkillState(string path, TimeProvider time)
{
    private const string Key = "enabled_skills";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Path => path;

    /// <summary>By id; empty when there is no such file, or it is no YAML (the warning then says so).</summary>
    public (IReadOnlyDictionary<string, bool> Enabled, string? Warning) Read()
    {
        try
        {
            return File.Exists(path) ? (Parse(File.ReadAllText(path)), null) : (new Dictionary<string, bool>(), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException or FormatException or InvalidOperationException or ArgumentException)
        {
            return (new Dictionary<string, bool>(), $"{path} can not be read: every skill is as if nothing had been switched. Correct it, or move it away.");
        }
    }

    /// <exception cref="PryxException">SKILLS_STATE_UNREADABLE, STORAGE_…: nothing was changed.</exception>
    public async Task SetAsync(string id, bool? isEnabled, CancellationToken cancellationToken)
    {
        try
        {
            System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            await using var alone = await PrivateFile.LockAsync(path + ".lock", Patience, time, cancellationToken);
            var text = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : "";
            var entries = new SortedDictionary<string, bool>(Parse(text).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
            if (isEnabled is { } value)
            {
                entries[id] = value;
            }
            else
            {
                entries.Remove(id);
            }
            PrivateFile.Replace(path, Encoding.UTF8.GetBytes(With(text, entries)));
        }
        catch (Exception e) when (e is YamlException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new PryxException("SKILLS_STATE_UNREADABLE", $"{path} is not valid YAML, so it was left as it is.", "correct it in an editor, or move it away", e);
        }
        catch (TimeoutException e)
        {
            throw new PryxException("STORAGE_BUSY", e.Message, "try again when it is done", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, path);
        }
    }

    private static Dictionary<string, bool> Parse(string text)
    {
        var enabled = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (YamlGuard.Refuse(text) is { } refused)
        {
            throw new FormatException($"line {refused.Line}: {refused.Why}");
        }
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            return yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is YamlScalarNode { Value: null or "" } ? enabled : throw new FormatException("a list of 'key: value' is expected");
        }
        foreach (var (name, value) in root.Children)
        {
            if (name is not YamlScalarNode { Value: Key } || value is not YamlMappingNode map)
            {
                continue;
            }
            foreach (var (id, isOn) in map.Children)
            {
                if (id is YamlScalarNode { Value: { } skill } && isOn is YamlScalarNode { Value: { } word } && bool.TryParse(word, out var parsed))
                {
                    enabled[skill] = parsed;
                }
            }
        }
        return enabled;
    }

    // The block is written anew, every other line stays as it is.
    private static string With(string text, SortedDictionary<string, bool> entries)
    {
        var lines = text.Split('\n').ToList();
        var start = lines.FindIndex(static line => line.StartsWith(Key + ":", StringComparison.Ordinal));
        var end = start;
        if (start >= 0)
        {
            for (end = start + 1; end < lines.Count && (lines[end].Length == 0 || lines[end][0] is ' ' or '\t' or '}' or '\r'); end++)
            {
            }
            lines.RemoveRange(start, end - start);
        }
        else
        {
            start = lines.Count > 0 && lines[^1].Length == 0 ? lines.Count - 1 : lines.Count;
        }
        List<string> block = entries.Count == 0 ? [Key + ": {}"] : [Key + ":", .. entries.Select(static entry => $"  {entry.Key}: {(entry.Value ? "true" : "false")}")];
        lines.InsertRange(Math.Min(start, lines.Count), block);
        var written = string.Join('\n', lines).TrimEnd('\n') + "\n";
        return Parse(written) is var read && read.Count == entries.Count && entries.All(entry => read.TryGetValue(entry.Key, out var isOn) && isOn == entry.Value)
            ? written
            : throw new FormatException("it can not be changed without changing more");
    }
}
