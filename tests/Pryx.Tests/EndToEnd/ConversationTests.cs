using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>The conversation API of the real daemon, which is killed while it works.</summary>
public sealed class ConversationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CA4", "resume")]
    public async Task A_turn_that_was_killed_in_the_middle_goes_on_unasked_and_its_reader_misses_nothing()
    {
        var hold = true;
        await using var provider = await FakeProvider.StartAsync(
            request => request.Step == 0 ? Calls(("readFile", """{"filePath":"notes.txt"}""")) with { Reasoning = "Look." } : Volatile.Read(ref hold) ? Hangs() : Says("Read."), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("notes.txt", "hello from the file\n");
        JsonNode accepted;
        var seen = new List<string>();
        await using (var serve = await person.StartAsync("serve", "--port", "0"))
        {
            using var http = await ConnectAsync(person, serve);
            var made = await PostAsync(http, "/api/v1/conversations", """{"modelProviderId":"openai","modelProviderApi":"responses","model":"gpt-5.1"}""", HttpStatusCode.Created);
            accepted = await PostAsync(http, $"/api/v1/conversations/{made["conversationId"]}/messages", """{"message":"Hi"}""", HttpStatusCode.Accepted);
            using var reader = new StreamReader(await http.GetStreamAsync(accepted["streamUrl"] + "?toolLevel=full", Cancellation));
            while (!seen.Contains("event: tool_call_end"))
            {
                seen.Add((await reader.ReadLineAsync(Cancellation))!);
            }
            await provider.WaitForRequestsAsync(2, Cancellation);
            await KillAsync(person, serve);
        }
        Volatile.Write(ref hold, false);
        var last = seen.Last(line => line.StartsWith("id: ", StringComparison.Ordinal))[4..];

        await using var again = await person.StartAsync("serve", "--port", "0");
        using var later = await ConnectAsync(person, again);
        var since = TimeProvider.System.GetTimestamp();
        later.DefaultRequestHeaders.Add("Last-Event-ID", last);
        var rest = await later.GetStringAsync(accepted["streamUrl"] + "?toolLevel=full", Cancellation);
        var took = TimeProvider.System.GetElapsedTime(since);
        later.DefaultRequestHeaders.Remove("Last-Event-ID");
        var all = await later.GetStringAsync(accepted["streamUrl"] + "?toolLevel=full", Cancellation);

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var numbers = Ids(all).Select(id => int.Parse(id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.Equal(Ids(all), [.. seen.Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => line[4..]), .. Ids(rest)]);
        Assert.EndsWith("\"last_agent_message\":\"Read.\"}\n\n", rest);
        Assert.Equal(1, all.Split("event: task_started").Length - 1);
        Assert.Equal(1, all.Split("event: task_complete").Length - 1);
        Assert.Contains("\"status\":\"completed\"", await later.GetStringAsync((string)accepted["statusUrl"]!, Cancellation));
    }

    private static IEnumerable<string> Ids(string stream) => stream.Split('\n').Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => line[4..]);

    private static async Task<HttpClient> ConnectAsync(Person person, RunProcess serve)
    {
        const string ready = "Pryx is ready at ";
        await serve.WaitForOutputAsync(ready, Cancellation);
        await Until.TrueAsync(() => serve.Stdout[serve.Stdout.IndexOf(ready, StringComparison.Ordinal)..].Contains('\n', StringComparison.Ordinal), Cancellation);
        var url = serve.Stdout[(serve.Stdout.IndexOf(ready, StringComparison.Ordinal) + ready.Length)..].Split('\n')[0].Trim();
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(person.Home.Data, "core.token")).Trim());
        return http;
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, string body, HttpStatusCode status)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == status, text);
        return JsonNode.Parse(text)!;
    }

    // kill -9 of all there is of it, whether or not something watches over Core.
    private static async Task KillAsync(Person person, RunProcess serve)
    {
        var core = (int)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "metadata.json"), Cancellation))!["pid"]!;
        serve.KillHard();
        if (core != serve.Pid)
        {
            using var process = System.Diagnostics.Process.GetProcessById(core);
            process.Kill();
        }
        await serve.WaitAsync(Cancellation);
        await Until.TrueAsync(() => !Directory.Exists($"/proc/{core}"), Cancellation);
    }
}
