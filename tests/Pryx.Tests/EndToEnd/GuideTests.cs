using Pryx.Commands;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Every command in docs/guides is true: those of the paths are run, the others at least parse.</summary>
public sealed class GuideTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> All => [.. Directory.EnumerateFiles(GuideCommands.Folder, "*.md").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)];

    public static TheoryData<string> Paths => [.. GuideCommands.Run];

    [Theory]
    [MemberData(nameof(All))]
    public void Each_command_line_of_a_guide_names_a_command_and_options_that_exist(string guide)
    {
        using var terminal = new TestTerminal(new FakeClient());
        var root = CommandLine.Build(terminal.Io, "pryx", out _);

        var wrong = GuideCommands.Of(guide).SelectMany(line => root.Parse(GuideCommands.Words(line.Text)).Errors.Select(error => $"{line}: {error.Message}"));

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    [Requirement("J.0c", "no undocumented steps")]
    public async Task Each_command_of_a_path_works_for_somebody_with_a_fresh_home_in_its_order(string guide)
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        provider.RequiresKey = false;
        provider.ChecksPrefix = false; // A pin changes what every request begins with.
        provider.Models = ["gpt-5.4", "qwen3:8b"];
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        person.Variables["OLLAMA_HOST"] = provider.Url.ToString();
        person.Variables["PRYX_CLOUD_API_URL"] = cloud.Url;
        person.Home.Write("key.txt", Person.Key + "\n");
        var programs = Directory.CreateDirectory(Path.Combine(person.Home.Root, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "pryx"), Person.Executable);
        person.Variables["PATH"] = $"{programs}{Path.PathSeparator}{Environment.GetEnvironmentVariables()["PATH"]}";
        ServedPryx? served = null;
        try
        {
            foreach (var line in GuideCommands.Of(guide).Where(static line => line.IsRun))
            {
                if (line.NeedsDaemon)
                {
                    served ??= await ServedPryx.StartAsync(person);
                }
                var result = await person.ShellAsync(line.Text);
                Assert.True(result.ExitCode == 0, $"{line} ended with {result.ExitCode}:\n{result.Stdout}\n{result.Stderr}");
            }
        }
        finally
        {
            if (served is not null)
            {
                await served.DisposeAsync();
            }
        }
        Assert.Contains(GuideCommands.Of(guide), static line => line.IsRun);
    }
}
