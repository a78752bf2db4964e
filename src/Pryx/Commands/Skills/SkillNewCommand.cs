using System.CommandLine;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Skills;

/// <summary><c>pryx skills new</c>: a folder to begin with. It asks Core nothing.</summary>
internal static class SkillNewCommand
{
    public static Command Create(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "Lower case letters, digits, - and _, at most 64" };
        var directory = new Option<string?>("--dir") { HelpName = "DIR", Description = "Where its folder is made (default: .pryx/skills in this folder)" };
        var command = new Command("new", "Make a new skill to fill in") { name, directory };
        command.SetAction(parsed =>
        {
            var id = parsed.GetValue(name)!;
            if (id.Length is 0 or > 64 || !id.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
            {
                throw UsageError.Of($"'{SafeText.Line(id, 80)}' is no name for a skill.", "lower case letters, digits, '-' and '_', at most 64: pryx skills new release-helper");
            }
            var folder = Path.Combine(Path.GetFullPath(parsed.GetValue(directory) ?? Path.Combine(".pryx", "skills"), io.WorkingDirectory), id);
            var file = Path.Combine(folder, "SKILL.md");
            if (Path.Exists(file))
            {
                throw new PryxException("SKILL_EXISTS", $"There is a {file} already.", "edit it, or choose another name");
            }
            Directory.CreateDirectory(folder);
            File.WriteAllText(file, Template(id));
            io.Out.WriteLine($"✓ Created {file}");
            io.Out.WriteLine("Edit it, then look at it with: pryx skills check");
            return ExitCodes.Ok;
        });
        return command.WithExamples("pryx skills new release-helper\npryx skills new my-notes --dir ~/.pryx/skills");
    }

    private static string Template(string id) => $"""
        ---
        name: {id}
        description: What it does, and when the agent should use it. The agent decides by this line alone.
        metadata:
          pryx:
            requires:
              bins: []
              env: []
        ---
        # {id}

        What the agent should do, step by step, as you would tell a colleague. What the user typed behind /{id}: $ARGUMENTS

        1. Look at …
        2. Then …

        Long material goes into references/ (read when it is needed), programs into scripts/.

        """;
}
