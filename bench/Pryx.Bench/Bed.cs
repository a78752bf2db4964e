using Pryx.Testing;

namespace Pryx.Bench;

/// <summary>The surroundings of every run: a home and a folder of its own per subject, and the fake provider in this process.</summary>
internal sealed class Bed : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pryx-bench-");

    /// <summary>Runs the subject once against the fake and checks that it did what was asked.</summary>
    /// <param name="marker">Must be on standard output.</param>
    public Run Prompt(Subject subject, FakeProvider fake, string prompt, string marker, Action<int>? started = null)
    {
        var child = new Child(Subject.Command(subject.Prompted, fake.Url, prompt), Folder(subject), Variables(subject, fake.Url));
        started?.Invoke(child.Pid);
        var run = child.Wait(marker);
        if (run.ExitCode != 0 || run.MarkAt is null)
        {
            throw new InvalidOperationException($"{subject.Name} ended with exit code {run.ExitCode} and {(run.MarkAt is null ? "without" : "with")} \"{marker}\".\nstdout: {run.Stdout}\nstderr: {run.Stderr}");
        }
        if (fake.Violations is [var violation, ..])
        {
            throw new InvalidOperationException($"{subject.Name} sent a request that its wire forbids: {violation}");
        }
        return run;
    }

    public Run Version(Subject subject, string line)
    {
        var run = new Child(Subject.Command(line, new("http://127.0.0.1:9"), ""), Folder(subject), Variables(subject, new("http://127.0.0.1:9"))).Wait();
        return run.ExitCode == 0 && run.Stdout.Length > 0
            ? run
            : throw new InvalidOperationException($"{subject.Name} --version ended with exit code {run.ExitCode}.\nstdout: {run.Stdout}\nstderr: {run.Stderr}");
    }

    /// <summary>Puts a catalog there as if it had just been fetched by another program: the next process that needs it reads it.</summary>
    public void PutCatalog(Subject subject, byte[] json)
    {
        var cache = Directory.CreateDirectory(Path.Combine(Variables(subject, new("http://127.0.0.1:9"))["HOME"], ".pryx", "cache")).FullName;
        File.Delete(Path.Combine(cache, "models.idx"));
        File.WriteAllBytes(Path.Combine(cache, "models.json"), json);
    }

    /// <summary>Runs a command of ours that asks no provider.</summary>
    public Run Command(Subject subject, string words)
    {
        var run = new Child([subject.File!, .. words.Split(' ')], Folder(subject), Variables(subject, new("http://127.0.0.1:9"))).Wait();
        return run.ExitCode == 0 ? run : throw new InvalidOperationException($"{subject.Name} {words} ended with exit code {run.ExitCode}.\nstdout: {run.Stdout}\nstderr: {run.Stderr}");
    }

    public void Dispose() => _root.Delete(recursive: true);

    public string Home(Subject subject) => Directory.CreateDirectory(Path.Combine(_root.FullName, subject.Name, "home")).FullName;

    public string Folder(Subject subject) => Directory.CreateDirectory(Path.Combine(_root.FullName, subject.Name, "folder")).FullName;

    private Dictionary<string, string> Variables(Subject subject, Uri fake) => new()
    {
        ["HOME"] = Home(subject),
        ["PATH"] = (string?)Environment.GetEnvironmentVariables()["PATH"] ?? "/usr/bin:/bin",
        ["TERM"] = "dumb",
        ["OPENAI_BASE_URL"] = new Uri(fake, "v1").ToString(),
        ["OPENAI_API_KEY"] = "sk-bench",
        ["ANTHROPIC_BASE_URL"] = fake.ToString().TrimEnd('/'),
        ["ANTHROPIC_API_KEY"] = "sk-bench",
    };
}
