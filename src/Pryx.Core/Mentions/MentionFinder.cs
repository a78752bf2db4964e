using System.Text.Json.Nodes;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Mentions;

/// <summary>
/// Turns mentions into the calls of the tools that read files, list folders and fetch pages: what may be read, asked about or refused is decided
/// there, as for the model. A file that holds secrets is not even asked about.
/// </summary>
/// <param name="holdsSecrets">Of a canonical path.</param>
public sealed class MentionFinder(Func<string, bool> holdsSecrets) : IMentionFinder
{
    /// <summary>More than a person names; a pasted text may have any number.</summary>
    private const int Most = 20;

    public FoundMentions Find(string text, ToolScope scope)
    {
        if (!text.Contains('@', StringComparison.Ordinal))
        {
            return FoundMentions.None;
        }
        List<Mention> mentions = [];
        List<string> notes = [];
        foreach (var mention in MentionText.In(text))
        {
            if (mentions.Count == Most)
            {
                notes.Add($"Only the first {Most} things that the message names with @ are read.");
                break;
            }
            if ((mention.IsAddress ? Page(mention) : File(mention, scope, notes)) is { } call && !mentions.Contains(call))
            {
                mentions.Add(call);
            }
        }
        return mentions.Count + notes.Count == 0 ? FoundMentions.None : new(mentions, [.. notes.Distinct()]);
    }

    private static Mention? Page(MentionText mention) => Uri.TryCreate(mention.Target, UriKind.Absolute, out _)
        ? new("http_request", new JsonObject { ["url"] = mention.Target }.ToJsonString())
        : null;

    private Mention? File(MentionText mention, ToolScope scope, List<string> notes)
    {
        if (Resolve(mention.Target, scope) is not { } path)
        {
            return null;
        }
        var isFolder = Directory.Exists(path.Canonical);
        if (!isFolder && !System.IO.File.Exists(path.Canonical))
        {
            // A handle, a decorator, a package's name: text like any other, unless it can only be meant as a file.
            if (mention.FirstLine is not null || (mention.Target.Contains('/', StringComparison.Ordinal) && Path.HasExtension(mention.Target)))
            {
                notes.Add($"@{mention.Target} names no file here; it was left as text.");
            }
            return null;
        }
        if (holdsSecrets(path.Canonical))
        {
            notes.Add($"@{mention.Target} was not read: it probably holds secrets.");
            return null;
        }
        if (isFolder)
        {
            return new("list_dir", new JsonObject { ["path"] = mention.Target }.ToJsonString());
        }
        var arguments = new JsonObject { ["path"] = mention.Target };
        if (mention.FirstLine is { } first)
        {
            arguments["offset"] = first;
            arguments["limit"] = (mention.LastLine ?? first) - first + 1;
        }
        return new("read_file", arguments.ToJsonString());
    }

    private static WorkspacePath? Resolve(string target, ToolScope scope)
    {
        try
        {
            return WorkspacePath.Resolve(scope.Workspace, target);
        }
        catch (Exception e) when (e is ToolArgumentException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // What can not be a path is none.
            return null;
        }
    }
}
