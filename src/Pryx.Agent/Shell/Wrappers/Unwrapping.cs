using Pryx.Agent.Shell.Commands;

namespace Pryx.Agent.Shell.Wrappers;

/// <summary>What a wrapper may say about the command it is given.</summary>
internal sealed class Unwrapping(CommandCollector collector, ShellCommand command)
{
    public IReadOnlyList<ShellWord> Words => command.Words;
    public ShellCommand Command => command;
    public string Program => command.Program;

    public bool Has(int at) => at < command.Words.Count;

    /// <summary>The rest of the words is a command.</summary>
    public void Run(IEnumerable<ShellWord> words, bool isElsewhere = false)
    {
        var inner = words.ToList();
        if (inner.Count > 0)
        {
            collector.Add(new ShellCommand(inner, [], [], (command.Context | CommandContext.Wrapped) & ~CommandContext.Call, isElsewhere ? null : command.Folders));
        }
    }

    public void RunFrom(int at, bool isElsewhere = false) => Run(command.Words.Skip(at), isElsewhere);

    /// <summary>The word is a script for sh, or for the shell that is named.</summary>
    public void RunText(ShellWord word, ShellDialect dialect = ShellDialect.Posix, bool isElsewhere = false)
    {
        if (word.IsLiteral)
        {
            RunText(word.Text, dialect, isElsewhere);
        }
        else
        {
            Note("runs text that is not known");
        }
    }

    public void RunText(string text, ShellDialect dialect = ShellDialect.Posix, bool isElsewhere = false) =>
        collector.CollectText(text, dialect, isElsewhere ? null : command.Folders, command.Context);

    /// <summary>A variable that the inner command gets.</summary>
    public void Export(string name, bool isNumber) => Syntax.VariableRules.NoteExported(collector.State, name, isNumber);

    public void Note(string reason) => collector.State.Note(reason);

    /// <summary>The options of the wrapper; null, and noted, when they are not understood.</summary>
    public OptionScan? Options(OptionGrammar grammar, int start = 1)
    {
        var options = OptionScan.Read(command.Words, start, grammar);
        if (options.Trouble is null)
        {
            return options;
        }
        Note($"runs another command through '{Program}', which {options.Trouble}");
        return null;
    }
}
