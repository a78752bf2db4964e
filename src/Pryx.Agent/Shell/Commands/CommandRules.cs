using Pryx.Agent.Shell.Programs;
using Pryx.Agent.Shell.Syntax;
using Pryx.Agent.Shell.Wrappers;

namespace Pryx.Agent.Shell.Commands;

/// <summary>What one command means for the script: whether its words say what will happen, what else it runs, and where the shell is afterwards.</summary>
internal static class CommandRules
{
    public const string NotPlain = "does not name its program plainly";

    public static bool IsKnown(string name) => BuiltinRules.IsBuiltin(name) || WrapperTable.Find(name) is not null || ProgramTable.Find(name) is not null;

    public static Flow Judge(CommandCollector collector, ShellCommand command)
    {
        var state = collector.State;
        var program = command.Words[0];
        if (!IsPlain(program))
        {
            state.Note(NotPlain);
            return Flow.Same(null);
        }
        var flow = Flow.Same(command.Folders);
        if (BuiltinRules.IsBuiltin(program.Text))
        {
            flow = BuiltinRules.Judge(collector, command);
        }
        else if (WrapperTable.Find(command.Program) is { } wrapper)
        {
            wrapper(new Unwrapping(collector, command));
        }
        if (command.Facts.Unclear is { } why)
        {
            state.Note(why);
        }
        return flow;
    }

    public static void NoteAssignments(ParseState state, ShellCommand command)
    {
        var isDeclaration = command.Words.Count > 0 && AssignmentReader.Declares(command.Words[0]);
        foreach (var assignment in command.Assignments)
        {
            if (command.Words.Count == 0 || isDeclaration)
            {
                VariableRules.NoteSet(state, assignment.Name, assignment.IsNumber);
            }
            else
            {
                VariableRules.NoteExported(state, assignment.Name, assignment.IsNumber);
            }
        }
    }

    // "[" is a program, and no pattern as long as nothing closes it.
    private static bool IsPlain(ShellWord program) => (program.IsLiteral && program.Text.Length > 0) || program.Raw is "[";
}
