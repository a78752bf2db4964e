namespace Pryx.Bench;

/// <summary>A program under measurement and how it is called.</summary>
/// <param name="Name">As the results show it.</param>
/// <param name="Prompted">The command line for one prompt; <c>{prompt}</c>, <c>{url}</c> and <c>{openai}</c> are filled in. Run by sh.</param>
/// <param name="Version">The command line that prints the version; null when it is not measured.</param>
/// <param name="File">The executable of ours, for its size; null for other programs.</param>
/// <param name="Build">Which budget column binds it; null for other programs.</param>
internal sealed record Subject(string Name, string Prompted, string? Version, string? File, Build? Build)
{
    public static Subject Ours(string name, string file, Build build)
    {
        var path = Path.GetFullPath(file);
        return new(name, $"{Quote(path)} run --model openai/fake-model --approve-all {{prompt}}", $"{Quote(path)} --version", path, build);
    }

    /// <summary>The same program printing the stream as it comes; other programs are called as their command line says.</summary>
    public Subject Streaming => Build is null ? this : this with { Prompted = Prompted.Replace(" --approve-all ", " --approve-all --json ", StringComparison.Ordinal) };

    /// <summary>Prints the stream as it comes, so that it shows what the harness itself costs; null without curl.</summary>
    public static Subject? Curl => CurlAt("/usr/bin/curl") ?? CurlAt("/usr/local/bin/curl");

    /// <summary>sh only replaces itself by the program, so it costs every subject the same.</summary>
    public static IReadOnlyList<string> Command(string line, Uri fake, string prompt) =>
    [
        "/bin/sh", "-c",
        "exec " + line.Replace("{prompt}", Quote(prompt), StringComparison.Ordinal)
            .Replace("{url}", fake.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("{openai}", new Uri(fake, "v1").ToString(), StringComparison.Ordinal),
    ];

    private static Subject? CurlAt(string path) => System.IO.File.Exists(path)
        ? new("floor (curl)", Quote(path) + """ -sN {openai}/chat/completions -H "Authorization: Bearer sk-bench" -d '{"model":"fake-model","stream":true,"messages":[{"role":"user","content":"Say hello."}]}' """.TrimEnd(), null, null, null)
        : null;

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>Ours are published in two builds, with budgets of their own.</summary>
internal enum Build
{
    Release,
    Canary,
}
