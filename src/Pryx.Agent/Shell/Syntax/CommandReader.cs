namespace Pryx.Agent.Shell.Syntax;

/// <summary>Reads one command: simple, or compound with the redirections behind it.</summary>
internal static class CommandReader
{
    public static ShellNode? Read(ScriptReader reader)
    {
        var c = reader.Next();
        if (reader.IsAtEnd || c is '\n' or ')')
        {
            reader.Stop("ends where a command must follow");
            return null;
        }
        if (c is ';' or '&' or '|' && !reader.StartsWith("&>"))
        {
            reader.Stop($"has no command before '{c}'");
            return null;
        }
        if (c == '(')
        {
            return Compound(reader);
        }
        return ReservedWord.Peek(reader) switch
        {
            "" => SimpleReader.Read(reader),
            "{" or "if" or "for" or "while" or "until" or "case" or "select" or "[[" => Compound(reader),
            "function" => FunctionReader.ReadKeyword(reader),
            "coproc" => Coprocess(reader),
            var word => Stop(reader, $"has a '{word}' that is not understood"),
        };
    }

    /// <summary>A compound command that must stand here: the body of a function.</summary>
    public static ShellNode? Compound(ScriptReader reader)
    {
        if (!reader.State.Enter())
        {
            return null;
        }
        var node = reader.Next() == '('
            ? reader.Next(1) == '(' ? CompoundReader.ReadArithmetic(reader) : CompoundReader.ReadSubshell(reader)
            : ReservedWord.Peek(reader) switch
            {
                "{" => CompoundReader.ReadGroup(reader),
                "if" => CompoundReader.ReadIf(reader),
                "while" or "until" => LoopReader.ReadWhile(reader),
                "for" => LoopReader.ReadFor(reader),
                "select" => LoopReader.ReadSelect(reader),
                "case" => CaseReader.Read(reader),
                "[[" => ConditionReader.Read(reader),
                _ => Stop(reader, "has no compound command where one must be"),
            };
        reader.State.Leave();
        return node is null || reader.IsStopped ? null : WithRedirects(reader, node);
    }

    private static ShellNode? WithRedirects(ScriptReader reader, ShellNode node)
    {
        List<ShellRedirect>? redirects = null;
        while (!reader.IsStopped)
        {
            reader.SkipBlanks();
            if (RedirectReader.TryRead(reader, descriptor: null) is not { } redirect)
            {
                break;
            }
            (redirects ??= []).Add(redirect);
        }
        if (reader.IsStopped)
        {
            return null;
        }
        var next = reader.Next();
        // "2>x" behind a compound command has its number first.
        if (char.IsAsciiDigit(next) && SimpleReader.ReadDescriptor(reader) is { } descriptor && RedirectReader.TryRead(reader, descriptor) is { } numbered)
        {
            return WithRedirects(reader, node with { Redirects = [.. node.Redirects, .. redirects ?? [], numbered] });
        }
        return redirects is null ? node : node with { Redirects = [.. node.Redirects, .. redirects] };
    }

    private static ShellNode? Coprocess(ScriptReader reader)
    {
        if (!reader.NeedsBash("coproc") || !reader.State.Enter())
        {
            return null;
        }
        reader.At += "coproc".Length;
        reader.SkipBlanks();
        var node = Read(reader);
        reader.State.Leave();
        // "coproc NAME { …" looks like a command with a brace among its words.
        return node is SimpleNode { Words: var words } && words.Any(word => ReservedWord.Is(word) || word.Raw == "(")
            ? Stop(reader, "names a coprocess")
            : node is null ? null : new BackgroundNode(node);
    }

    internal static ShellNode? Stop(ScriptReader reader, string reason)
    {
        reader.Stop(reason);
        return null;
    }
}
