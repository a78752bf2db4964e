using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

/// <summary>export, declare and the like. An attribute can make the shell evaluate a value or follow a name, so only the plain ones pass.</summary>
internal static class DeclarationRules
{
    public static void Note(ParseState state, ShellCommand command)
    {
        var words = command.Words;
        var name = words[0].Text;
        var isExported = name == "export";
        // Where the builtin is quoted or the shell is not bash, a value in the open is split into words, and each is a name.
        var maySplit = state.Dialect != ShellDialect.Bash || words[0].Raw != name;
        for (var i = 1; i < words.Count; i++)
        {
            var word = words[i];
            if (word.Raw.StartsWith('-') && word.IsLiteral)
            {
                isExported |= word.Text.Contains('x', StringComparison.Ordinal);
                if (word.Text.AsSpan(1).IndexOfAnyExcept("xrgap") >= 0)
                {
                    state.Note($"uses '{name} {word.Text}', which changes what the shell does with the rest");
                }
                continue;
            }
            var assigned = VariableRules.AssignedName(word.Raw, out var valueStart) ?? (word.IsLiteral && VariableRules.IsName(word.Text) ? word.Text : null);
            if (assigned is null || (maySplit && word.Has(WordTraits.Splits)) || word.Has(WordTraits.Brace))
            {
                state.Note($"uses '{name}' on something that is not a plain name");
                continue;
            }
            var isNumber = valueStart > 0 && word.Raw.Length > valueStart && word.Raw.AsSpan(valueStart).IndexOfAnyExceptInRange('0', '9') < 0;
            // "local i" alone sets nothing: what i gets later decides.
            if (isExported)
            {
                VariableRules.NoteExported(state, assigned, isNumber || valueStart == 0);
            }
            else
            {
                VariableRules.NoteSet(state, assigned, isNumber || valueStart == 0);
            }
        }
    }
}
