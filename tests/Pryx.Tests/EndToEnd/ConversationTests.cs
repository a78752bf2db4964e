using System.Diagnostics;
using System.Globalization;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>The conversation API of the real daemon, which is killed while it works.</summary>
public sealed class ConversationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("CA4", "resume")]
    public async Task A_turn_that_was_killed_in_the_middle_goes_on_unasked_and_its_reader_misses_nothing(bool withItsHost)
    {
        var hold = true;
        await using var provider = await FakeProvider.StartAsync(
            request => request.Step == 0 ? Calls(("readFile", """{"filePath":"notes.txt"}""")) with { Reasoning = "Look." } : Volatile.Read(ref hold) ? Hangs() : Says("Read."), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("notes.txt", "hello from the file\n");
        var first = await ServedPryx.StartAsync(person);
        var made = await first.PostAsync("/api/v1/conversations", new { modelProviderId = "openai", modelProviderApi = "responses", model = "gpt-5.1" });
        var accepted = await first.PostAsync($"/api/v1/conversations/{made.GetProperty("conversationId")}/messages", new { message = "Hi" });
        var stream = $"{accepted.GetProperty("streamUrl")}?toolLevel=full";
        var seen = new List<string>();
        using (var reader = new StreamReader(await first.Http.GetStreamAsync(stream, Cancellation)))
        {
            while (!seen.Contains("event: tool_call_end"))
            {
                seen.Add((await reader.ReadLineAsync(Cancellation))!);
            }
        }
        await provider.WaitForRequestsAsync(2, Cancellation);
        Volatile.Write(ref hold, false);

        var core = first.CorePid;
        if (withItsHost)
        {
            first.Process.KillHard();
        }
        KillHard(core);
        var second = first;
        if (withItsHost)
        {
            await first.DisposeAsync();
            second = await ServedPryx.StartAsync(person);
        }
        else
        {
            await first.WaitForNextCoreAsync(core);
        }
        await using var after = second;
        var since = TimeProvider.System.GetTimestamp();
        after.Http.DefaultRequestHeaders.Add("Last-Event-ID", Ids(seen).Last());
        var rest = await after.Http.GetStringAsync(stream, Cancellation);
        var took = TimeProvider.System.GetElapsedTime(since);
        after.Http.DefaultRequestHeaders.Remove("Last-Event-ID");
        var all = await after.Http.GetStringAsync(stream, Cancellation);
        var report = await after.GetAsync(accepted.GetProperty("statusUrl").GetString()!);

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(Enumerable.Range(1, Ids(all).Count), Ids(all).Select(id => int.Parse(id.Split(':')[1], CultureInfo.InvariantCulture)));
        Assert.Equal(Ids(all), [.. Ids(seen), .. Ids(rest)]);
        Assert.EndsWith("\"last_agent_message\":\"Read.\"}\n\n", rest);
        Assert.Equal((1, 1), (all.Split("event: task_started").Length - 1, all.Split("event: task_complete").Length - 1));
        Assert.Equal("completed", report.GetProperty("status").GetString());
    }

    private static List<string> Ids(string stream) => Ids(stream.Split('\n'));

    private static List<string> Ids(IEnumerable<string> lines) => [.. lines.Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => line[4..])];

    private static void KillHard(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It went with its host.
        }
    }
}
