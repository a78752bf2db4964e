using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pryx.Core.Tools;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Commands;

/// <summary>
/// <c>/name arguments</c> for the commands of the user and of a trusted folder. What a command includes – files, pages, output of other
/// commands – is fetched by calls that are judged and asked about like the model's own; what it allows itself only narrows.
/// </summary>
/// <param name="knowsModelAsync">Whether a model of this name could answer.</param>
public sealed partial class CustomCommands(CommandPlaces places, IMentionFinder mentions, Func<string, ToolScope, CancellationToken, Task<bool>> knowsModelAsync) : IInputExpansion
{
    public CommandPlaces Places => places;

    public IReadOnlyList<InputWord> Words(ToolScope scope, CancellationToken cancellationToken) =>
        [.. places.List(WorkspaceOf(scope), cancellationToken).Commands.Select(static command => new InputWord(command.Name, "command", command.Description ?? "", command.ArgumentHint))];

    public async ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken)
    {
        if (Invocation().Match(text) is not { Success: true } match || places.List(WorkspaceOf(scope), cancellationToken).Find(match.Groups["name"].Value) is not { } command)
        {
            return null;
        }
        var said = CommandText.Of(command.Body, match.Groups["arguments"].Value.Trim());
        var found = mentions.Find(said.Text, scope);
        List<string> notes = [.. found.Notes];
        List<Mention> calls = [.. said.Shell.Select(static line => new Mention("shell_exec", new JsonObject { ["command"] = line }.ToJsonString())).Distinct(), .. found.Mentions];
        var agent = command.Agent is { } named ? $"\nIt is meant for the agent {named}: hand it over to that one if there is a tool for it." : "";
        return new($"[The user invoked the command /{command.Name}. It says:]\n\n{said.Text}\n\n[End of the command /{command.Name}.{agent}]")
        {
            Mentions = calls,
            Narrowed = Narrowed(command, found, notes),
            Model = await ModelAsync(command, scope, notes, cancellationToken),
            Notes = notes,
        };
    }

    // What the command itself names it may read.
    private static NarrowedTools? Narrowed(CustomCommand command, FoundMentions found, List<string> notes)
    {
        if (command.AllowedTools is not { } allowed)
        {
            return null;
        }
        var rules = new List<string>();
        foreach (var word in allowed)
        {
            if (AllowedTools.RulesOf(word) is { } known)
            {
                rules.AddRange(known);
            }
            else
            {
                notes.Add($"/{command.Name} allows the tool {word}, which Pryx does not know.");
            }
        }
        var isReading = found.Mentions.Any(static mention => mention.Name is "read_file" or "list_dir");
        return new($"/{command.Name}", [.. rules.Concat(isReading ? ["filesystem.read", "filesystem.list"] : []).Distinct()]);
    }

    // A file made for another agent may name a model that nobody here has a key for.
    private async Task<string?> ModelAsync(CustomCommand command, ToolScope scope, List<string> notes, CancellationToken cancellationToken)
    {
        if (command.Model is not { } model || model is "inherit" or "default")
        {
            return null;
        }
        if (await knowsModelAsync(model, scope, cancellationToken))
        {
            return model;
        }
        notes.Add($"/{command.Name} wants the model {model}, which can not be had here; the session's own answers.");
        return null;
    }

    private static string? WorkspaceOf(ToolScope scope) => scope.IsTrusted ? scope.Workspace : null;

    [GeneratedRegex(@"\A/(?<name>[\p{L}\p{Nd}_.:-]{1,200})(?:\s+(?<arguments>.*))?\z", RegexOptions.Singleline)]
    private static partial Regex Invocation();
}
