using Pryx.Agent.Shell.Commands;
using Pryx.Agent.Shell.Wrappers;

namespace Pryx.Agent.Shell.Programs;

/// <summary>Facts of one command while they are collected.</summary>
internal sealed class FactsBuilder(ShellCommand command)
{
    private List<string>? _reads;
    private List<string>? _writes;
    private List<string>? _hosts;
    private bool _hasUnknownPaths;

    public ShellCommand Command => command;
    public IReadOnlyList<ShellWord> Words => command.Words;
    public string Program => command.Program;
    public string? Subcommand { get; set; }
    public bool NeedsNetwork { get; set; }
    public bool Publishes { get; set; }
    public bool EscalatesRights { get; set; }
    public bool Destroys { get; set; }
    public bool RunsText { get; set; }
    public string? Unclear { get; private set; }

    public void Note(string reason) => Unclear ??= reason;

    public OptionScan Options(string withValue, string[]? longWithValue = null, int start = 1, string mayHaveValue = "") =>
        OptionScan.Read(command.Words, start, new OptionGrammar("", withValue, mayHaveValue, null, longWithValue) { IsLenient = true });

    public void Read(ShellWord word) => Add(ref _reads, word);
    public void Write(ShellWord word) => Add(ref _writes, word);
    public void Read(IEnumerable<ShellWord> words) { foreach (var word in words) { Read(word); } }
    public void Write(IEnumerable<ShellWord> words) { foreach (var word in words) { Write(word); } }

    /// <summary>The folder the command runs in is written to.</summary>
    public void WriteHere() => Add(ref _writes, ShellWord.Literal("."));

    public void WriteUnknown() => _hasUnknownPaths = true;

    /// <summary>A host, an address such as <c>https://host/path</c>, or <c>user@host:path</c>.</summary>
    public void Host(ShellWord word)
    {
        NeedsNetwork = true;
        if (word.IsLiteral && HostText.Of(word.Text) is { } host)
        {
            (_hosts ??= []).Add(host);
        }
    }

    public void Host(string host)
    {
        NeedsNetwork = true;
        (_hosts ??= []).Add(host);
    }

    public void AddRedirect(ShellRedirect redirect)
    {
        if (redirect.Kind is RedirectKind.Text or RedirectKind.Duplicates || RedirectRules.IsProcess(redirect.Target))
        {
            return;
        }
        if (redirect.Kind == RedirectKind.Writes)
        {
            Write(redirect.Target);
        }
        else
        {
            Read(redirect.Target);
        }
        if (redirect.Target.Text.StartsWith("/dev/tcp/", StringComparison.Ordinal) || redirect.Target.Text.StartsWith("/dev/udp/", StringComparison.Ordinal))
        {
            var parts = redirect.Target.Text.Split('/');
            NeedsNetwork = true;
            (_hosts ??= []).Add(parts.Length > 4 ? $"{parts[3]}:{parts[4]}" : parts[3]);
        }
    }

    public CommandFacts Build() => new()
    {
        Program = command.Program,
        Subcommand = Subcommand,
        Reads = _reads ?? (IReadOnlyList<string>)[],
        Writes = _writes ?? (IReadOnlyList<string>)[],
        Hosts = _hosts ?? (IReadOnlyList<string>)[],
        HasUnknownPaths = _hasUnknownPaths,
        NeedsNetwork = NeedsNetwork,
        Publishes = Publishes,
        EscalatesRights = EscalatesRights,
        Destroys = Destroys,
        RunsText = RunsText,
        Unclear = Unclear,
    };

    private void Add(ref List<string>? paths, ShellWord word)
    {
        if (word.Text is "-" or "/dev/null" or "/dev/stdin" or "/dev/stdout" or "/dev/stderr" or "/dev/tty" || (word.Inner.Count > 0 && RedirectRules.IsProcess(word)))
        {
            return;
        }
        if (WordPath.Of(word) is not { } path || (path.IsRelative && command.Folders is null))
        {
            _hasUnknownPaths = true;
            return;
        }
        foreach (var folder in path.IsRelative ? command.Folders! : Folders.Start)
        {
            var text = Folders.Join(folder, path.Text);
            paths ??= [];
            if (!paths.Contains(text))
            {
                paths.Add(text);
            }
        }
    }
}
