using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

internal static class RedirectRules
{
    private const string NotPlain = "redirects to something that is not a plain path";

    public static void Note(ParseState state, ShellRedirect redirect, IReadOnlyList<string>? folders)
    {
        if (redirect.Kind is RedirectKind.Text or RedirectKind.Duplicates)
        {
            return;
        }
        var target = redirect.Target;
        if (IsProcess(target))
        {
            return;
        }
        if (WordPath.Of(target) is not { IsPattern: false } path || target.Text.StartsWith("/dev/tcp/", StringComparison.Ordinal) || target.Text.StartsWith("/dev/udp/", StringComparison.Ordinal))
        {
            state.Note(NotPlain);
        }
        else if (folders is null && path.IsRelative)
        {
            state.Note("redirects to a relative path after changing the folder");
        }
    }

    /// <summary><c>&gt; &gt;(tee x)</c>: a pipe to a command that is listed by itself.</summary>
    public static bool IsProcess(ShellWord target) => target.Inner.Count == 1 && target.Text == ShellWord.UnknownText && target.Raw[0] is '<' or '>';
}
