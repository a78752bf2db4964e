using System.CommandLine;
using System.Text;
using Pryx.Commands.Completion;

namespace Pryx.Commands.Manual;

/// <summary>A page of the manual in the language of man(7), from the same words as the help.</summary>
internal sealed class ManPage
{
    private readonly StringBuilder _text = new();

    private ManPage()
    {
    }

    /// <summary>The name of the file without its folder: <c>pryx-session.1</c>.</summary>
    public static string FileOf(CommandNode node) => $"{Title(node)}.1";

    /// <summary>The page of one command of the program, with everything below it; the program's own lists the others.</summary>
    /// <param name="all">Every command, in the order of the help.</param>
    public static string Of(CommandNode node, IReadOnlyList<CommandNode> all, string version)
    {
        var page = new ManPage();
        // No date: the same source gives the same bytes.
        page._text.Append($".TH \"{Title(node).ToUpperInvariant()}\" \"1\" \"\" \"pryx {version}\" \"Pryx\"\n");
        page.Section("NAME");
        page.Line($"{Title(node)} - {Sentence(node.Command.Description)}");
        page.Section("SYNOPSIS");
        page.Synopsis(node);
        if (node.Path.Count == 0)
        {
            page.Program(all);
        }
        else
        {
            page.Details(node);
            foreach (var below in all.Where(other => other.Path.Count > node.Path.Count && other.Path.Take(node.Path.Count).SequenceEqual(node.Path)))
            {
                page.Section($"pryx {below.Name}".ToUpperInvariant());
                page.Line(Sentence(below.Command.Description));
                page._text.Append(".PP\n");
                page.Synopsis(below);
                page.Details(below);
            }
            page.Section("SEE ALSO");
            page.Line("pryx(1)");
        }
        return page._text.ToString();
    }

    private static string Title(CommandNode node) => string.Join('-', ["pryx", .. node.Path]);

    private void Program(IReadOnlyList<CommandNode> all)
    {
        Section("DESCRIPTION");
        foreach (var (at, paragraph) in HelpStory.Text("pryx").Split("\n\n").Index())
        {
            _text.Append(at == 0 ? "" : ".PP\n");
            foreach (var line in paragraph.Split('\n'))
            {
                // Indented lines are commands to type, with what they do.
                _text.Append(line.StartsWith(' ') ? $".br\n\\ \\ {Escaped(line.Trim())}\n" : $"{Escaped(line)}\n");
            }
        }
        Section("COMMANDS");
        foreach (var node in all.Where(static node => node.Path.Count == 1))
        {
            Item($"pryx {node.Name}", $"{Sentence(node.Command.Description)} See pryx-{node.Path[0]}(1).");
        }
        Section("EXIT STATUS");
        foreach (var (code, meaning) in ((string, string)[])[("0", "It is done."), ("1", "It failed; the message says why and what to do."), ("2", "The command line could not be read."), ("3", "Something needed an approval and nobody was there to give it."), ("4", "The provider of the model failed."), ("5", "A limit was reached."), ("130", "It was stopped.")])
        {
            Item(code, meaning);
        }
        Section("ENVIRONMENT");
        foreach (var (name, meaning) in ((string, string)[])[("PRYX_DATA_DIR", "Where everything is kept, instead of ~/.pryx."), ("NO_COLOR", "Set to anything: no colours."), ("COLUMNS", "How wide the terminal is."), ("VISUAL, EDITOR", "The editor of pryx config edit.")])
        {
            Item(name, meaning);
        }
        Section("FILES");
        Item("~/.pryx/config.yaml", "The configuration; see pryx-config(1).");
        Item("~/.pryx/pryx.db", "Sessions, and everything that was done in them.");
    }

    private void Synopsis(CommandNode node)
    {
        var words = node.Arguments.Select(Shown).ToList();
        if (!node.IsLeaf)
        {
            words.Insert(0, "COMMAND");
        }
        _text.Append($".B {Escaped(string.Join(' ', ["pryx", .. node.Path]))}\n{Escaped(string.Join(' ', [.. words, "[OPTIONS]"]))}\n");
    }

    private void Details(CommandNode node)
    {
        foreach (var argument in node.Arguments.Where(static argument => argument.Description is { Length: > 0 }))
        {
            Item(argument.Name, Sentence(argument.Description));
        }
        foreach (var option in node.Options)
        {
            Item(string.Join(", ", option.Aliases.Append(option.Name)) + (ValueSource.Takes(option) ? $" {option.HelpName ?? option.Name.TrimStart('-')}" : ""), Sentence(option.Description));
        }
        if (Help.ExamplesOf(node.Command) is { } examples)
        {
            _text.Append(".PP\nExamples:\n.PP\n.nf\n.RS 4\n");
            foreach (var line in examples.Split('\n'))
            {
                _text.Append($"{Escaped(line.TrimEnd('\r'))}\n");
            }
            _text.Append(".RE\n.fi\n");
        }
    }

    private static string Shown(Argument argument)
    {
        var name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private void Section(string name) => _text.Append($".SH \"{name}\"\n");

    private void Line(string text) => _text.Append($"{Escaped(text)}\n");

    private void Item(string term, string text) => _text.Append($".TP\n.B {Escaped(term)}\n{Escaped(text)}\n");

    private static string Sentence(string? description)
    {
        var text = string.Join(' ', (description ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text + ".";
    }

    // A dot or a quote at the beginning of a line is a request, and a plain dash may be shown as a hyphen that can not be pasted.
    private static string Escaped(string text)
    {
        var escaped = text.Replace("\\", "\\(rs", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? $"\\&{escaped}" : escaped;
    }
}
