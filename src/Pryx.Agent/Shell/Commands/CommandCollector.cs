using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

/// <summary>Walks a script's tree and lists every simple command that may run, each with the folders it may run in.</summary>
internal sealed class CommandCollector(ParseState state)
{
    private readonly List<ShellCommand> _commands = [];
    private HashSet<string>? _functions;
    private bool _functionsMove;
    private bool _moves;

    public IReadOnlyList<ShellCommand> Commands => _commands;
    public ParseState State => state;

    public void Collect(ShellNode tree)
    {
        _moves = Movement.In(tree, _functions);
        Walk(tree, Folders.Start, CommandContext.None);
    }

    /// <summary>A script inside a command: of another shell, or of this one's eval or trap.</summary>
    public void CollectText(string text, ShellDialect dialect, IReadOnlyList<string>? folders, CommandContext context)
    {
        if (!state.Enter())
        {
            return;
        }
        var outer = state.Dialect;
        state.Dialect = dialect;
        if (ListReader.ReadAll(new ScriptReader(text, state), isEmptyAllowed: true) is { } tree)
        {
            _moves |= Movement.In(tree, _functions);
            Walk(tree, folders, context | CommandContext.Wrapped);
        }
        state.Dialect = outer;
        state.Leave();
    }

    /// <summary>A command that another one runs.</summary>
    public Flow Add(ShellCommand command)
    {
        if (!state.CountCommand() || !state.Enter())
        {
            return Flow.Same(null);
        }
        _commands.Add(command);
        var flow = CommandRules.Judge(this, command);
        state.Leave();
        return flow;
    }

    private Flow Walk(ShellNode node, IReadOnlyList<string>? at, CommandContext context)
    {
        if (node is SimpleNode simple)
        {
            return WalkSimple(simple, at, context);
        }
        WalkRedirects(node, at, context);
        switch (node)
        {
            case SequenceNode { Items: var items }:
                var flow = Flow.Same(at);
                foreach (var item in items)
                {
                    flow = Walk(item, flow.Either, context);
                }
                return flow;
            case AndOrNode { First: var first, Rest: var rest }:
                var before = Walk(first, at, context);
                foreach (var (isAnd, next) in rest)
                {
                    var after = Walk(next, isAnd ? before.Success : before.Failure, context | CommandContext.Conditional);
                    before = isAnd ? new(after.Success, Folders.Union(before.Failure, after.Failure)) : new(Folders.Union(before.Success, after.Success), after.Failure);
                }
                return before;
            case PipelineNode { Parts: var parts }:
                for (var i = 0; i < parts.Count; i++)
                {
                    Walk(parts[i], at, context | CommandContext.Pipe | CommandContext.Subshell | (i > 0 ? CommandContext.Piped : 0));
                }
                return Flow.Same(at);
            case NegatedNode { Body: var body }:
                var inner = Walk(body, at, context);
                return new(inner.Failure, inner.Success);
            case BackgroundNode { Body: var body }:
                Walk(body, at, context | CommandContext.Background | CommandContext.Subshell);
                return Flow.Same(at);
            case SubshellNode { Body: var body, IsSubstitution: var isSubstitution }:
                Walk(body, at, (context | CommandContext.Subshell | (isSubstitution ? CommandContext.Substitution : 0)) & (isSubstitution ? ~CommandContext.Piped : ~CommandContext.None));
                return Flow.Same(at);
            case GroupNode { Body: var body }:
                return Walk(body, at, context);
            default:
                return WalkCompound(node, at, context);
        }
    }

    private Flow WalkCompound(ShellNode node, IReadOnlyList<string>? at, CommandContext context)
    {
        switch (node)
        {
            case IfNode { Branches: var branches, Otherwise: var otherwise }:
                var after = (IReadOnlyList<string>?)[];
                foreach (var (condition, body) in branches)
                {
                    var decided = Walk(condition, at, context);
                    after = Folders.Union(after, Walk(body, decided.Success, context | CommandContext.Conditional).Either);
                    at = decided.Failure;
                }
                return Flow.Same(Folders.Union(after, otherwise is null ? at : Walk(otherwise, at, context | CommandContext.Conditional).Either));
            case LoopNode loop:
                WalkWords(loop.Words, at, context);
                // What a later round does in another folder is not followed.
                at = (loop.Condition is not null && Movement.In(loop.Condition, _functions)) || Movement.In(loop.Body, _functions) ? null : at;
                if (loop.Condition is not null)
                {
                    Walk(loop.Condition, at, context | CommandContext.Loop);
                }
                Walk(loop.Body, at, context | CommandContext.Loop);
                return Flow.Same(at);
            case CaseNode { Subject: var subject, Arms: var arms }:
                WalkWords([subject], at, context);
                var end = at;
                foreach (var (patterns, body) in arms)
                {
                    WalkWords(patterns, at, context);
                    end = Folders.Union(end, Walk(body, Movement.In(node, _functions) ? null : at, context | CommandContext.Conditional).Either);
                }
                return Flow.Same(end);
            case FunctionNode { Name: var name, Body: var body }:
                (_functions ??= new(StringComparer.Ordinal)).Add(name);
                _functionsMove |= Movement.In(body, _functions);
                if (CommandRules.IsKnown(name))
                {
                    state.Note($"redefines '{name}'");
                }
                Walk(body, _moves ? null : at, (context | CommandContext.Function) & ~CommandContext.Piped);
                return Flow.Same(_functionsMove ? null : at);
            case TestNode { Words: var words }:
                WalkWords(words, at, context);
                return Flow.Same(at);
            default:
                return Flow.Same(at);
        }
    }

    private Flow WalkSimple(SimpleNode node, IReadOnlyList<string>? at, CommandContext context)
    {
        var words = BraceExpansion.Expand(node.Words, state);
        var isCall = words.Count > 0 && _functions?.Contains(words[0].Text) == true;
        var command = new ShellCommand(words, node.Assignments, node.Redirects, isCall ? context | CommandContext.Call : context, at);
        _commands.Add(command);
        WalkWords(node.Words, at, context);
        foreach (var assignment in node.Assignments)
        {
            if (assignment.Value is { Inner.Count: > 0 } value)
            {
                WalkWords([value], at, context);
            }
            WalkWords(assignment.Elements, at, context);
        }
        WalkRedirects(node, at, context);
        CommandRules.NoteAssignments(state, command);
        if (words.Count == 0)
        {
            return Flow.Same(at);
        }
        var flow = CommandRules.Judge(this, command);
        return isCall && _functionsMove ? Flow.Same(null) : flow;
    }

    private void WalkRedirects(ShellNode node, IReadOnlyList<string>? at, CommandContext context)
    {
        foreach (var redirect in node.Redirects)
        {
            WalkWords([redirect.Document?.Body ?? redirect.Target], at, context);
            RedirectRules.Note(state, redirect, at);
        }
        if (node.Redirects.Count > 0 && node is not SimpleNode)
        {
            // A compound command's redirections are nobody's words; they are listed as a command that only redirects.
            _commands.Add(new ShellCommand([], [], node.Redirects, context, at));
        }
    }

    private void WalkWords(IReadOnlyList<ShellWord> words, IReadOnlyList<string>? at, CommandContext context)
    {
        foreach (var word in words)
        {
            foreach (var inner in word.Inner)
            {
                Walk(inner, at, context);
            }
        }
    }
}
