using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol.Grants;
using Pryx.Testing;

namespace Pryx.Core.Tests.Conversations;

/// <summary>One event of a stream as it came over the wire.</summary>
internal sealed record Frame(string Id, string Event, string Text)
{
    public JsonNode Data => JsonNode.Parse(Text)!;
    public int Seq => int.Parse(Id[(Id.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What the conversation API's clients do, as an outsider would write it.</summary>
internal static class Talk
{
    public const string Conversations = "/api/v1/conversations";

    public static readonly object OpenAi = new { modelProviderId = "openai", modelProviderApi = "responses", model = "gpt-4o" };

    /// <summary>All of the contract's providers have a key and lead to the fake one.</summary>
    public static Task<TestCore> StartAsync(FakeProvider provider, CancellationToken cancellationToken, TempHome? home = null, TimeProvider? time = null, IReadOnlyDictionary<string, string>? environment = null) =>
        TestCore.StartAsync(provider, cancellationToken, home, environment: new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["OPENROUTER_API_KEY"] = "sk-or-test",
            ["OPENROUTER_BASE_URL"] = provider.OpenAiUrl.ToString(),
        }, time: time);

    public static async Task<JsonNode> CreateAsync(this TestCore core, CancellationToken cancellationToken, object? body = null)
    {
        var (status, made) = await core.PostAsync(Conversations, body ?? OpenAi, cancellationToken);
        Assert.Equal(HttpStatusCode.Created, status);
        return made!;
    }

    public static async Task<JsonNode> SayAsync(this TestCore core, JsonNode conversation, string message, CancellationToken cancellationToken)
    {
        var (status, accepted) = await core.PostAsync($"{Conversations}/{conversation["conversationId"]}/messages", new { message }, cancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, status);
        return accepted!;
    }

    public static async Task<JsonNode> SeeAsync(this TestCore core, string path, CancellationToken cancellationToken)
    {
        var (status, body) = await core.GetAsync(path, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, status);
        return body!;
    }

    /// <summary>Every frame until the server ends the stream.</summary>
    public static async Task<IReadOnlyList<Frame>> FollowAsync(this TestCore core, JsonNode accepted, CancellationToken cancellationToken, string query = "", string? lastEventId = null)
    {
        var frames = new List<Frame>();
        await using var stream = await core.OpenAsync(accepted, cancellationToken, query, lastEventId);
        while (await stream.NextAsync(cancellationToken) is { } frame)
        {
            frames.Add(frame);
        }
        return frames;
    }

    public static async Task<TurnStream> OpenAsync(this TestCore core, JsonNode accepted, CancellationToken cancellationToken, string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, (string?)accepted["streamUrl"] + query);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }
        var response = await core.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken)));
    }

    /// <summary>Sends, follows to the end, and gives back both.</summary>
    public static async Task<(JsonNode Accepted, IReadOnlyList<Frame> Frames)> RunAsync(this TestCore core, JsonNode conversation, string message, CancellationToken cancellationToken, string query = "")
    {
        var accepted = await core.SayAsync(conversation, message, cancellationToken);
        return (accepted, await core.FollowAsync(accepted, cancellationToken, query));
    }

    /// <summary>As its user would with the command, from another process.</summary>
    public static async Task GrantAsync(this TestCore core, string rule, CancellationToken cancellationToken)
    {
        await using var client = new LocalClient(new PryxCore(new CoreOptions { Paths = new PryxPaths(core.Home.Home, core.Home.Data) }));
        await client.AddGrantAsync(new AddGrant(rule) { GrantedBy = "test" }, cancellationToken);
    }

    public static IEnumerable<string> Names(this IEnumerable<Frame> frames) => frames.Select(frame => frame.Event);

    public static async Task<JsonNode> RefusedAsync(this TestCore core, HttpMethod method, string path, object? body, HttpStatusCode status, string code, CancellationToken cancellationToken)
    {
        var (given, answer) = await core.SendAsync(method, path, body, cancellationToken);
        Assert.Equal(status, given);
        Assert.Equal(code, (string?)answer!["error"]!["code"]);
        Assert.False(string.IsNullOrWhiteSpace((string?)answer["error"]!["message"]));
        Assert.Subset(new HashSet<string> { "code", "message", "details", "requestId" }, answer["error"]!.AsObject().Select(field => field.Key).ToHashSet());
        return answer["error"]!;
    }
}

/// <summary>A stream being read, comments and all.</summary>
internal sealed class TurnStream(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>Lines that are comments, so far.</summary>
    public List<string> Comments { get; } = [];

    /// <summary>Null at the end of the stream.</summary>
    public async Task<Frame?> NextAsync(CancellationToken cancellationToken)
    {
        string? id = null, name = null;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(':'))
            {
                Comments.Add(line);
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                Assert.Equal("", await reader.ReadLineAsync(cancellationToken));
                return new(id!, name!, line[6..]);
            }
            else
            {
                Assert.Equal("", line);
            }
        }
        return null;
    }

    public async Task<Frame> NextAsync(string name, CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } frame)
        {
            if (frame.Event == name)
            {
                return frame;
            }
        }
        throw new InvalidOperationException($"The stream ended without {name}.");
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
