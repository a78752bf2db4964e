using System.Text.RegularExpressions;
using Pryx.Core.Tools;

namespace Pryx.Core.Skills;

/// <summary><c>/name arguments</c> in a message: the skill's instructions go with it. What names no skill stays a text.</summary>
public sealed partial class SkillInvocation(SkillShelf shelf) : IInputExpansion
{
    public IReadOnlyList<InputWord> Words(ToolScope scope, CancellationToken cancellationToken) =>
        [.. shelf.ForPerson(scope.IsTrusted ? scope.Workspace : null, cancellationToken).Skills.Where(static shelved => shelved.IsUsable && shelved.Skill.IsUserInvocable)
            .Select(static shelved => new InputWord(shelved.Skill.Id, "skill", HiddenText.Line(shelved.Skill.Description, 100), shelved.Skill.ArgumentHint))];

    public async ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken)
    {
        if (Invocation().Match(text) is not { Success: true } match)
        {
            return null;
        }
        var id = match.Groups["id"].Value.ToLowerInvariant();
        // All of them: that a skill is switched off, or lacks something, is an answer too.
        if (shelf.ForPerson(scope.IsTrusted ? scope.Workspace : null, cancellationToken).Find(id) is not { Skill.IsUserInvocable: true } shelved)
        {
            return null;
        }
        var skill = shelved.Skill;
        if (!shelved.IsUsable)
        {
            var why = shelved.IsEnabled ? string.Join("; ", shelved.Missing) : $"it is disabled; pryx skills enable {skill.Id} switches it on";
            return new($"[The user invoked the skill {skill.Id}, which can not be used: {why}. Say so, then help as well as you can without it.]");
        }
        var arguments = match.Groups["arguments"].Value.Trim();
        try
        {
            var body = await SkillUse.BodyAsync(skill, skill.Folder, cancellationToken);
            var hasPlace = body.Contains("$ARGUMENTS", StringComparison.Ordinal);
            body = body.Replace("$ARGUMENTS", arguments, StringComparison.Ordinal);
            var files = SkillUse.Files(skill).Count == 0 ? "" : $"\nIt has files: call skill with the name {skill.Id} to see where they are before you use one.";
            return new($"[The user invoked the skill {skill.Id}. Its instructions:]\n\n{body}\n{(hasPlace || arguments.Length == 0 ? "" : $"\nArguments: {arguments}\n")}\n[End of the instructions of the skill {skill.Id}.{files}]");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new($"[The user invoked the skill {skill.Id}, which can not be read: {e.Message}. Say so.]");
        }
    }

    [GeneratedRegex(@"\A/(?<id>[A-Za-z0-9_-]{1,64})(?:\s+(?<arguments>.*))?\z", RegexOptions.Singleline)]
    private static partial Regex Invocation();
}
