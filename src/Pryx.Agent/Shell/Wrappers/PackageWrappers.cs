namespace Pryx.Agent.Shell.Wrappers;

/// <summary>They fetch a package when it is not there, and run a program of it.</summary>
internal static class PackageWrappers
{
    private static readonly OptionGrammar NpxOptions = new("yq", "pcw", LongFlags: ["yes", "no", "no-install", "quiet", "ignore-existing", "prefer-offline", "offline"], LongWithValue: ["package", "call", "workspace"]);

    public static void Npx(Unwrapping wrap) => Exec(wrap, 1);

    public static void Plain(Unwrapping wrap)
    {
        if (wrap.Options(new OptionGrammar("yq", "p", LongFlags: ["yes", "quiet", "offline", "bun"], LongWithValue: ["package", "from", "with", "python"])) is { } options)
        {
            wrap.RunFrom(options.Operands);
        }
        else
        {
            wrap.Run(wrap.Words.Skip(1).SkipWhile(word => word.Text.StartsWith('-')));
        }
    }

    public static void Npm(Unwrapping wrap)
    {
        if (wrap.Has(1) && wrap.Words[1].Text is "exec" or "x")
        {
            Exec(wrap, 2);
        }
    }

    public static void Pipx(Unwrapping wrap)
    {
        if (wrap.Has(1) && wrap.Words[1].Text == "run")
        {
            if (wrap.Options(new OptionGrammar("qv", "", LongFlags: ["no-cache", "quiet", "verbose", "path", "pypackages"], LongWithValue: ["spec", "python", "pip-args", "index-url"]), 2) is { } options)
            {
                wrap.RunFrom(options.Operands);
            }
        }
    }

    private static void Exec(Unwrapping wrap, int start)
    {
        if (wrap.Options(NpxOptions, start) is not { } options)
        {
            wrap.Run(wrap.Words.Skip(start).SkipWhile(word => word.Text.StartsWith('-')));
            return;
        }
        foreach (var text in options.Words("-c", "--call"))
        {
            wrap.RunText(text);
        }
        wrap.RunFrom(options.Operands);
    }
}
