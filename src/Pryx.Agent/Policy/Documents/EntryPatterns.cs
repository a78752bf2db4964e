namespace Pryx.Agent.Policy.Documents;

/// <summary>The conditions of an entry as they are gathered from a file; each Add says what is wrong with a text, or null.</summary>
public sealed class EntryPatterns
{
    internal List<CommandPattern> Commands { get; } = [];
    internal List<HostPattern> Domains { get; } = [];
    internal List<PathPattern> Paths { get; } = [];
    internal List<string> Methods { get; } = [];
    internal List<KeyValuePair<string, string>> Arguments { get; } = [];

    /// <summary>Bytes.</summary>
    public long? MaxSize { get; set; }

    /// <summary>Bytes.</summary>
    public long? LargerThan { get; set; }

    public bool IsEmpty => Commands.Count + Domains.Count + Paths.Count + Methods.Count + Arguments.Count == 0 && MaxSize is null && LargerThan is null;

    /// <summary>Words of a command; a program alone means it with any arguments.</summary>
    public string? AddCommand(string text)
    {
        var trimmed = text.Trim();
        var isProgram = trimmed.Length > 0 && !trimmed.EndsWith('*') && !trimmed.Any(char.IsWhiteSpace);
        if (CommandPattern.Parse(isProgram ? $"{trimmed} *" : trimmed) is not { } pattern)
        {
            return "there is no command in it; write a program, such as python, or the words of a command, such as 'git status' or 'npm run *'";
        }
        Commands.Add(pattern);
        return null;
    }

    public string? AddDomain(string text)
    {
        if (HostPattern.Parse(text.Trim(), out var error) is { } pattern)
        {
            Domains.Add(pattern);
        }
        return error;
    }

    /// <summary>A glob: absolute, below <c>~</c>, or below the policy's root.</summary>
    public string? AddPath(string text)
    {
        if (PathPattern.Parse(text.Trim(), out var error) is { } pattern)
        {
            Paths.Add(pattern);
        }
        return error;
    }

    public string? AddMethod(string text)
    {
        var method = text.Trim().ToUpperInvariant();
        if (method.Length is 0 or > 20 || !method.All(char.IsAsciiLetter))
        {
            return "write an HTTP method, such as GET";
        }
        Methods.Add(method);
        return null;
    }

    /// <param name="pattern">A glob over the whole value; <c>*</c> is any text.</param>
    public void AddArgument(string name, string pattern) => Arguments.Add(new(name, pattern));

    public EntryConditions Build() => new(this);
}
