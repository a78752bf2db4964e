using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Http;

/// <summary>Every way a call can fail is one typed error on every wire: no hang, no foreign exception, no half reply taken for a whole one.</summary>
public class FailureTests
{
    private const string Rejection = """{"error":{"type":"x","message":"because"}}""";

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task A_stream_that_closes_or_breaks_between_any_two_events_is_cut(string name)
    {
        var wire = Wire.Of(name);
        var events = wire.Events().ToList();
        // After the finish reason only the usage and [DONE] are missing: the reply is whole.
        var needed = name == "chat" ? events.Count - 2 : events.Count;
        for (var count = 0; count < needed; count++)
            foreach (var ending in new[] { Ending.Closes, Ending.Breaks })
            {
                var heard = await Heard.FromAsync(wire.On(new CannedServer(string.Concat(events.Take(count)), wire.ContentType) { Ending = ending }));
                Assert.Equal((count, ModelFailure.StreamCut), (count, heard.Failure?.Failure));
                Assert.Empty(heard.Reasons);
                Assert.True(heard.Failure!.IsRetryable);
            }
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task A_stream_that_ends_inside_an_event_is_cut(string name)
    {
        var wire = Wire.Of(name);
        var closing = wire.Events().Reverse().Skip(name == "chat" ? 2 : 0).First();
        var end = wire.Reply.LastIndexOf(closing, StringComparison.Ordinal) + closing.TrimEnd().Length - 1;
        for (var at = 1; at < end; at += 61)
        {
            var heard = await Heard.FromAsync(wire.On(wire.Serve(wire.Reply[..at])));
            Assert.Equal((at, ModelFailure.StreamCut), (at, heard.Failure?.Failure));
        }
    }

    [Theory]
    [InlineData("chat", "data: {\"choices\":[{\"del\n\n")]
    [InlineData("chat", "data: [1,2]\n\n")]
    [InlineData("chat", "data: {} {}\n\n")]
    [InlineData("responses", "data: nonsense\n\n")]
    [InlineData("anthropic", "event: content_block_delta\ndata: {\"type\":\"content\n\n")]
    [InlineData("gemini", "data: [{\"candidates\":[]}]\n\n")]
    [InlineData("ollama", "{\"model\":\n")]
    [InlineData("ollama", "<html>\n")]
    public async Task A_chunk_that_is_no_JSON_object_is_malformed(string name, string chunk)
    {
        var wire = Wire.Of(name);
        var heard = await Heard.FromAsync(wire.On(wire.Serve(wire.Events().First() + chunk + wire.Reply)));
        Assert.Equal(ModelFailure.MalformedStream, heard.Failure?.Failure);
    }

    [Theory]
    [InlineData("chat", "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")]
    [InlineData("chat", "data: [DONE]\n\n")]
    [InlineData("responses", "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[]}}\n\n")]
    [InlineData("anthropic", "data: {\"type\":\"message_start\",\"message\":{}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n")]
    [InlineData("gemini", "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"STOP\"}]}\n\n")]
    [InlineData("ollama", "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n")]
    public async Task A_whole_stream_with_nothing_in_it_is_an_empty_reply(string name, string body)
    {
        var wire = Wire.Of(name);
        var heard = await Heard.FromAsync(wire.On(wire.Serve(body)));
        Assert.Equal(ModelFailure.EmptyReply, heard.Failure?.Failure);
        Assert.Empty(heard.Reasons);
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task Silence_ends_at_the_idle_limit_before_the_answer_and_inside_it(string name)
    {
        var wire = Wire.Of(name);
        foreach (var (ending, events) in new[] { (Ending.NeverAnswers, 0), (Ending.StaysSilent, 0), (Ending.StaysSilent, 3) })
        {
            var watch = Stopwatch.StartNew();
            var server = new CannedServer(string.Concat(wire.Events().Take(events)), wire.ContentType) { Ending = ending };
            var heard = await Heard.FromAsync(wire.On(server, idleLimit: TimeSpan.FromMilliseconds(80)));
            Assert.Equal(ModelFailure.Silence, heard.Failure?.Failure);
            Assert.Contains("sent nothing for 0.08 s", heard.Failure!.Message, StringComparison.Ordinal);
            Assert.InRange(watch.ElapsedMilliseconds, 60, 10_000);
        }
    }

    [Fact]
    public async Task The_idle_limit_runs_on_the_clock_it_was_given()
    {
        var (wire, time) = (Wire.Of("anthropic"), new FakeTime());
        var hearing = Heard.FromAsync(wire.On(new CannedServer("", wire.ContentType) { Ending = Ending.StaysSilent }, time, TimeSpan.FromSeconds(120)));
        await time.WaitForTimerAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.False(hearing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ModelFailure.Silence, (await hearing).Failure?.Failure);
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task The_callers_own_cancellation_stays_what_it_is(string name)
    {
        var wire = Wire.Of(name);
        using var stop = new CancellationTokenSource();
        var client = wire.On(new CannedServer("", wire.ContentType) { Ending = Ending.NeverAnswers });
        var reading = client.GetStreamingResponseAsync(Wire.Ask(), null, stop.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = reading.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Theory]
    [InlineData(400, ModelFailure.InvalidRequest)]
    [InlineData(401, ModelFailure.Authentication)]
    [InlineData(402, ModelFailure.QuotaExceeded)]
    [InlineData(403, ModelFailure.Authentication)]
    [InlineData(404, ModelFailure.ModelNotFound)]
    [InlineData(413, ModelFailure.ContextTooLong)]
    [InlineData(422, ModelFailure.InvalidRequest)]
    [InlineData(429, ModelFailure.RateLimited)]
    [InlineData(500, ModelFailure.ServerError)]
    [InlineData(503, ModelFailure.ServerError)]
    [InlineData(529, ModelFailure.ServerError)]
    [Requirement("ERR3", "request_id")]
    [Requirement("ERR3", "message")]
    public async Task An_HTTP_error_is_told_by_its_status_with_id_and_words(int status, ModelFailure failure)
    {
        foreach (var wire in Wire.All)
        {
            var server = new CannedServer(Rejection, "application/json") { Status = (HttpStatusCode)status, Headers = [("request-id", "req_9")] };
            var heard = await Heard.FromAsync(wire.On(server));
            Assert.Equal((failure, status, "req_9"), (heard.Failure!.Failure, heard.Failure.StatusCode, heard.Failure.RequestId));
            Assert.Contains("Testing AI", heard.Failure.Message, StringComparison.Ordinal);
            Assert.Contains("because", heard.Failure.Message, StringComparison.Ordinal);
            Assert.NotNull(heard.Failure.Provider);
        }
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 128000 tokens. However, you requested 130000.","type":"invalid_request_error","code":"context_length_exceeded"}}""", ModelFailure.ContextTooLong)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"},"request_id":"req_b"}""", ModelFailure.ContextTooLong)]
    [InlineData(413, """{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""", ModelFailure.ContextTooLong)]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size. try increasing the context size","type":"exceed_context_size_error"}}""", ModelFailure.ContextTooLong)]
    [InlineData(400, """{"error":"This model's maximum prompt length is 131072 but the request contains 150000 tokens.","code":"Client specified an invalid argument"}""", ModelFailure.ContextTooLong)]
    [InlineData(429, """{"error":{"message":"Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. The token limit resets soon.","type":"tokens","code":"rate_limit_exceeded"}}""", ModelFailure.RateLimited)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}""", ModelFailure.QuotaExceeded)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}""", ModelFailure.QuotaExceeded)]
    [InlineData(404, """{"error":"model 'nope' not found"}""", ModelFailure.ModelNotFound)]
    [InlineData(400, """{"error":{"message":"foo/bar is not a valid model ID","code":400}}""", ModelFailure.ModelNotFound)]
    [InlineData(400, """{"error":{"message":"Your request was rejected by the safety system.","code":"content_policy_violation"}}""", ModelFailure.Refused)]
    [InlineData(422, """{"detail":[{"loc":["body","messages"],"msg":"Extra inputs are not permitted"}]}""", ModelFailure.InvalidRequest)]
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]""", ModelFailure.Authentication)]
    [InlineData(429, """{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]}]}}""", ModelFailure.RateLimited)]
    [InlineData(429, """{"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}""", ModelFailure.QuotaExceeded)]
    [InlineData(400, """{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}""", ModelFailure.ContextTooLong)]
    [InlineData(404, """{"error":{"code":404,"message":"models/nope is not found for API version v1beta.","status":"NOT_FOUND"}}""", ModelFailure.ModelNotFound)]
    [InlineData(503, """{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}""", ModelFailure.ServerError)]
    [InlineData(502, "<html><head><style>b{}</style></head><body><h1>Bad gateway</h1></body></html>", ModelFailure.ServerError)]
    [InlineData(500, "", ModelFailure.ServerError)]
    public async Task An_error_is_told_by_the_providers_words(int status, string body, ModelFailure failure)
    {
        var heard = await Heard.FromAsync(Wire.Of("chat").On(new CannedServer(body, body.StartsWith('<') ? "text/html" : "application/json") { Status = (HttpStatusCode)status }));
        Assert.Equal(failure, heard.Failure?.Failure);
        Assert.DoesNotContain("<h1>", heard.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chat", "data: {\"error\":{\"message\":\"upstream died\",\"code\":502}}\n\n", ModelFailure.ServerError)]
    [InlineData("chat", "data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\n", ModelFailure.RateLimited)]
    [InlineData("chat", "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\",\"error\":{\"code\":\"server_error\",\"message\":\"upstream died\"}}]}\n\n", ModelFailure.ServerError)]
    [InlineData("responses", "data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"oops\",\"param\":null}\n\n", ModelFailure.ServerError)]
    [InlineData("responses", "data: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\",\"message\":\"Your input exceeds the context window of this model.\"}}\n\n", ModelFailure.ContextTooLong)]
    [InlineData("responses", "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\"}}}\n\n", ModelFailure.RateLimited)]
    [InlineData("anthropic", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", ModelFailure.ServerError)]
    [InlineData("anthropic", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}}\n\n", ModelFailure.RateLimited)]
    [InlineData("anthropic", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal server error\"}}\n\n", ModelFailure.ServerError)]
    [InlineData("gemini", "data: {\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}\n\n", ModelFailure.ServerError)]
    [InlineData("gemini", "data: {\"error\":{\"code\":429,\"message\":\"Resource has been exhausted (e.g. check quota).\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n\n", ModelFailure.RateLimited)]
    [InlineData("gemini", "data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":{\"promptTokenCount\":9}}\n\n", ModelFailure.Refused)]
    [InlineData("gemini", "data: {\"candidates\":[{\"content\":{},\"finishReason\":\"MALFORMED_FUNCTION_CALL\",\"finishMessage\":\"Malformed function call: print(x)\",\"index\":0}]}\n\n", ModelFailure.MalformedStream)]
    [InlineData("ollama", "{\"error\":\"llama runner process has terminated: exit status 2\"}\n", ModelFailure.ServerError)]
    public async Task An_error_inside_the_stream_is_told(string name, string chunk, ModelFailure failure)
    {
        var wire = Wire.Of(name);
        var heard = await Heard.FromAsync(wire.On(wire.Serve(string.Concat(wire.Events().Take(4)) + chunk)));
        Assert.Equal(failure, heard.Failure?.Failure);
        Assert.Empty(heard.Reasons);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7000)]
    [InlineData("Retry-After", "0.5", 500)]
    [InlineData("retry-after-ms", "1500", 1500)]
    [InlineData("Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT", 30000)]
    [InlineData("Retry-After", "Wed, 31 Dec 2025 00:00:30 GMT", 0)]
    [InlineData("Retry-After", "soon", null)]
    [Requirement("ERR3", "retry_after_ms")]
    public async Task Retry_after_is_read_as_seconds_and_as_a_date(string header, string value, int? milliseconds)
    {
        var server = new CannedServer(Rejection, "application/json") { Status = HttpStatusCode.TooManyRequests, Headers = [(header, value)] };
        var heard = await Heard.FromAsync(Wire.Of("chat").On(server, new FakeTime()));
        Assert.Equal(milliseconds, heard.Failure!.RetryAfter?.TotalMilliseconds);
    }

    [Fact]
    public async Task Google_says_in_the_body_how_long_to_wait()
    {
        var body = """{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}""";
        var heard = await Heard.FromAsync(Wire.Of("gemini").On(new CannedServer(body, "application/json") { Status = HttpStatusCode.TooManyRequests }));
        Assert.Equal((ModelFailure.RateLimited, TimeSpan.FromSeconds(34.5)), (heard.Failure!.Failure, heard.Failure.RetryAfter));
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task A_page_instead_of_a_stream_is_told_with_its_words(string name)
    {
        var heard = await Heard.FromAsync(Wire.Of(name).On(new CannedServer("<html><body><h1>Sign in</h1></body></html>", "text/html")));
        Assert.Equal(ModelFailure.MalformedStream, heard.Failure?.Failure);
        Assert.Contains("text/html", heard.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("Sign in", heard.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_says_where_it_leads()
    {
        var server = new CannedServer("", "text/html") { Status = HttpStatusCode.MovedPermanently, Headers = [("Location", "https://elsewhere.example/v1/x?k=1")] };
        var heard = await Heard.FromAsync(Wire.Of("chat").On(server));
        Assert.Equal(ModelFailure.InvalidRequest, heard.Failure?.Failure);
        Assert.Contains("https://elsewhere.example/v1/x.", heard.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Incorrect API key provided: " + Wire.SomeKey)]
    [InlineData("Incorrect API key provided: sk-test-****cdef. You can find")]
    [Requirement("T7.2", "remediation")]
    [Requirement("T2.6", "reason shown")]
    public async Task The_key_never_shows_even_when_the_provider_echoes_it(string words)
    {
        var body = $$$"""{"error":{"message":"{{{words}}}","code":"invalid_api_key"}}""";
        var heard = await Heard.FromAsync(Wire.Of("chat").On(new CannedServer(body, "application/json") { Status = HttpStatusCode.Unauthorized }));
        Assert.Equal(ModelFailure.Authentication, heard.Failure?.Failure);
        Assert.DoesNotContain("sk-test", heard.Failure!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("cdef", heard.Failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("TESTING_API_KEY", heard.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("pryx provider set-key openai", heard.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_words_of_the_provider_are_cut()
    {
        var body = $$$"""{"error":{"message":"{{{new string('x', 5000)}}}"}}""";
        var heard = await Heard.FromAsync(Wire.Of("chat").On(new CannedServer(body, "application/json") { Status = HttpStatusCode.BadRequest }));
        Assert.InRange(heard.Failure!.Message.Length, 500, 700);
    }

    [Fact]
    [Requirement("CHAT-M", "provider down suggests")]
    public async Task A_port_nobody_listens_on_is_a_network_failure_with_the_address()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var registry = new ProviderRegistry(name => name == "OLLAMA_HOST" ? $"127.0.0.1:{port}" : null, _ => null);
        var heard = await Heard.FromAsync(registry.Create(new("ollama", "llama3")));
        Assert.Equal(ModelFailure.Network, heard.Failure?.Failure);
        Assert.Contains($"127.0.0.1:{port}", heard.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("ollama serve", heard.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_closed_without_an_answer_is_a_network_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closing = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        }, TestContext.Current.CancellationToken);
        var registry = new ProviderRegistry(name => name == "OPENAI_BASE_URL" ? $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1" : null, _ => "key");
        var heard = await Heard.FromAsync(registry.Create(new("openai", "x")));
        await closing;
        Assert.Equal(ModelFailure.Network, heard.Failure?.Failure);
    }
}
