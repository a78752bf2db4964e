namespace Pryx.Agent.Shell.Syntax;

/// <summary>
/// bash evaluates a variable in arithmetic as an expression of its own, in which <c>a[$(rm x)]</c> runs rm: a name may stand there only
/// when the script itself made it a number and nothing else.
/// </summary>
internal sealed class VariableUse
{
    private HashSet<string>? _evaluated;
    private HashSet<string>? _numbers;
    private HashSet<string>? _others;

    private static readonly HashSet<string> AlwaysNumbers = new(StringComparer.Ordinal) { "RANDOM", "SECONDS", "LINENO", "BASHPID", "PPID", "UID", "EUID", "SRANDOM", "EPOCHSECONDS" };

    /// <summary>All names, whatever they were: their values are not known any more.</summary>
    public bool IsAnythingSet { get; set; }

    public void Evaluates(string name) => (_evaluated ??= new(StringComparer.Ordinal)).Add(name);

    public void Sets(string name, bool isNumber) => (isNumber ? _numbers ??= new(StringComparer.Ordinal) : _others ??= new(StringComparer.Ordinal)).Add(name);

    /// <summary>A name whose value could be an expression with a command in it; null when there is none.</summary>
    public string? Unsafe
    {
        get
        {
            foreach (var name in _evaluated ?? [])
            {
                var isNumber = AlwaysNumbers.Contains(name) || _numbers?.Contains(name) == true;
                if (!isNumber || IsAnythingSet || _others?.Contains(name) == true)
                {
                    return name;
                }
            }
            return null;
        }
    }
}
