using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Where keys come from, and where they never go.</summary>
public sealed class KeyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("NFR-S2", "none in plaintext config")]
    [Requirement("CLI15", "set-key")]
    public async Task Key_set_through_stdin_is_used_and_stands_nowhere_in_plain_text()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("list_dir", """{"path":"."}""")), Says("Yes.")), Cancellation);
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();

        var set = await person.PryxAsync(["provider", "set-key", "openai"], stdin: Person.Key + "\n");
        Assert.True(set.ExitCode == 0, set.Stderr);
        var run = await person.RunAsync("hello");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.All(provider.ModelRequests, request => Assert.Equal($"Bearer {Person.Key}", request.Headers["Authorization"]));
        Assert.DoesNotContain(Person.Key, set.Stdout + set.Stderr + run.Stdout + run.Stderr, StringComparison.Ordinal);
        var folders = Directory.EnumerateDirectories(person.Home.Data, "*", SearchOption.AllDirectories).Append(person.Home.Data);
        var files = Directory.EnumerateFiles(person.Home.Home, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => file.EndsWith("pryx.db", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("end-to-end-0123456789"u8)));
        Assert.All(files.Concat(folders), path =>
            Assert.True(OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode)0b000_111_111) == 0, $"{path} is open to others."));
    }

    [Fact]
    [Requirement("CA6", "loaded")]
    public async Task Dot_env_gives_its_key_but_an_untrusted_folder_can_not_send_it_elsewhere()
    {
        await using var elsewhere = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = new Person();
        person.Home.Write(".env", $"OPENAI_API_KEY={Person.Key}\nOPENAI_BASE_URL={elsewhere.OpenAiUrl}\n");
        // What would go to the real address meets a proxy that is not there.
        person.Variables["HTTPS_PROXY"] = "http://127.0.0.1:1";

        var untrusted = await person.RunAsync("--timeout", "500ms", "hello");

        Assert.NotEqual(0, untrusted.ExitCode);
        Assert.Empty(elsewhere.Requests);
        Assert.Contains("OPENAI_BASE_URL ignored", untrusted.Stderr, StringComparison.Ordinal);
        Assert.Contains("pryx trust", untrusted.Stderr, StringComparison.Ordinal);

        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        var own = await person.RunAsync("hello");
        Assert.True(own.ExitCode == 0, own.Stderr);
        Assert.Equal($"Bearer {Person.Key}", provider.ModelRequests[0].Headers["Authorization"]);
        person.Variables.Remove("OPENAI_BASE_URL");

        var trust = await person.PryxAsync("trust", "--yes");
        Assert.True(trust.ExitCode == 0, trust.Stderr);
        var trusted = await person.RunAsync("hello");
        Assert.True(trusted.ExitCode == 0, trusted.Stderr);
        Assert.Single(elsewhere.ModelRequests);
    }

    [Fact]
    public async Task Instructions_of_a_folder_count_once_it_is_trusted()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("AGENTS.md", "Always say ahoy.");

        var before = await person.RunAsync("hello");
        Assert.Contains("AGENTS.md in this folder is treated as data", before.Stderr, StringComparison.Ordinal);
        await using (var terminal = person.Terminal("run", "-m", Models.Chat, "hello"))
        {
            await terminal.WaitForTextAsync("Trust this folder?", Cancellation);
            await terminal.WaitForTextAsync("AGENTS.md", Cancellation);
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.SendKeys("y");
            Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        }
        Assert.Equal(0, (await person.RunAsync("hello")).ExitCode);

        Assert.Equal([false, true, true], provider.ModelRequests.Select(request => request.Text.Contains("Always say ahoy.", StringComparison.Ordinal)));
    }
}
