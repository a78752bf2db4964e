using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Testing;
using static Pryx.Core.Tests.Access.CrossOriginTests;

namespace Pryx.Core.Tests.Access;

/// <summary>Requests that are too large, too slow or no requests at all.</summary>
public sealed class HostileRequestTests
{
    private const int Megabyte = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "empty", [] },
        { "blank", " "u8.ToArray() },
        { "truncated object", "{\"name\":\"x\""u8.ToArray() },
        { "truncated text", "{\"name\":\"x"u8.ToArray() },
        { "truncated escape", "{\"name\":\"\\u12"u8.ToArray() },
        { "trailing text", "{} {}"u8.ToArray() },
        { "trailing comma", "{\"name\":\"x\",}"u8.ToArray() },
        { "single quotes", "{'name':'x'}"u8.ToArray() },
        { "comment", "{/* */}"u8.ToArray() },
        { "NaN", "{\"expires_in\":NaN}"u8.ToArray() },
        { "infinity", "{\"expires_in\":Infinity}"u8.ToArray() },
        { "leading zero", "{\"expires_in\":007}"u8.ToArray() },
        { "hexadecimal", "{\"expires_in\":0x1F}"u8.ToArray() },
        { "duplicate name", "{\"name\":\"a\",\"name\":\"b\"}"u8.ToArray() },
        { "duplicate unknown name", "{\"zzz\":1,\"zzz\":2}"u8.ToArray() },
        { "deep arrays", Encoding.ASCII.GetBytes("{\"a\":" + new string('[', 100_000)) },
        { "deep and closed", Encoding.ASCII.GetBytes("{\"a\":" + new string('[', 100) + new string(']', 100) + "}") },
        { "invalid UTF-8", [.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\"}"u8] },
        { "overlong UTF-8", [.. "{\"name\":\""u8, 0xC0, 0xAF, .. "\"}"u8] },
        { "UTF-16", Encoding.Unicode.GetBytes("{\"name\":\"x\"}") },
        { "a control character", "{\"name\":\"a\u0001b\"}"u8.ToArray() },
        { "a null byte", "{\"name\":\"a\"}\0"u8.ToArray() },
        { "XML", "<?xml version=\"1.0\"?><a/>"u8.ToArray() },
        { "array", "[]"u8.ToArray() },
        { "text", "\"x\""u8.ToArray() },
        { "number", "1"u8.ToArray() },
        { "true", "true"u8.ToArray() },
        { "null", "null"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Malformed_JSON_is_refused_by_every_route_that_takes_JSON(string what, byte[] body)
    {
        using var home = new TempHome();
        await using var core = new PryxCore(new CoreOptions { Paths = new PryxPaths(home.Home, home.Data), Settings = new Settings(static _ => null) });
        await using var gateway = await Gateway.StartAsync(core, new GatewayOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)], WorkingDirectory = home.Workspace }, Cancellation);
        var token = await File.ReadAllTextAsync(core.Options.Paths.CoreToken, Cancellation);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = gateway.Url };
        var routes = gateway.Routes.All.Where(route => route.Request is not null && !(body.Length == 0 && route.Path.EndsWith("/rotate", StringComparison.Ordinal))).ToList();
        Assert.NotEmpty(routes);

        foreach (var route in routes)
        {
            var path = System.Text.RegularExpressions.Regex.Replace(route.Path, @"\{[^}]+\}", "00000000-0000-4000-8000-000000000000");
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), path) { Content = new ByteArrayContent(body) };
            request.Headers.Add("Authorization", $"Bearer {token}");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            using var answer = await client.SendAsync(request, Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            if (body.Length == 0 && answer.IsSuccessStatusCode)
            {
                continue; // Its body may be left out.
            }

            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.UnsupportedMediaType, $"{route.Method} {route.Path} answers {(int)answer.StatusCode} to {what}: {text}");
            Assert.Matches("^[A-Z_]+$", (string?)JsonNode.Parse(text)!["error"]!["code"]);
            AssertNothingLeaks(text, home, token);
        }
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health", Cancellation)).StatusCode);
        Assert.False(Directory.Exists(core.Options.Paths.Logs) && Directory.EnumerateFiles(core.Options.Paths.Logs).Any(), "Nothing of it is an unexpected error.");
    }

    [Theory]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"name":{}}""")]
    [InlineData("""{"name":["x"]}""")]
    [InlineData("""{"name":"x","expires_in":"soon"}""")]
    [InlineData("""{"name":"x","expires_in":1.5}""")]
    [InlineData("""{"name":"x","expires_in":99999999999999999999999999}""")]
    [InlineData("""{"name":"x","expires_in":1e999}""")]
    [InlineData("""{"name":"x","scopes":{"read":true}}""")]
    [InlineData("""{"name":"x","scopes":[["read"]]}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"name":"a\u0000b"}""")]
    public async Task JSON_of_another_shape_is_refused(string body)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (status, answer) = await core.PostAsync("/api/v1/tokens", body, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True((string?)answer!["error"]!["code"] is "VALIDATION_ERROR" or "INVALID_JSON", answer.ToJsonString());
        AssertNothingLeaks(answer!.ToJsonString(), core.Home, core.Token);
        Assert.Empty((await core.GetAsync("/api/v1/tokens", Cancellation)).Body!["tokens"]!.AsArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/jsonx")]
    public async Task A_body_that_does_not_say_it_is_JSON_is_refused(string? type)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var content = new ByteArrayContent("""{"name":"x"}"""u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var answer = await core.Http.PostAsync("/api/v1/tokens", content, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("/../../etc/passwd")]
    [InlineData("/assets/../../../etc/passwd")]
    [InlineData("/assets/..%2f..%2fetc%2fpasswd")]
    [InlineData("/assets/%2e%2e/%2e%2e/core.token")]
    [InlineData("/assets/..%5c..%5ccore.token")]
    [InlineData("/assets/....//core.token")]
    [InlineData("/assets//etc/passwd")]
    [InlineData("/assets/%00")]
    [InlineData("/assets/pryx.css%00.html")]
    [InlineData("/assets/core.token")]
    [InlineData("/assets/file:%2f%2f%2fetc%2fpasswd")]
    [InlineData("/signin/../assets/../core.token")]
    [InlineData("/%c0%ae%c0%ae/core.token")]
    public async Task No_path_leads_out_of_the_assets(string path)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var answer = await RawAsync(core, $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{core.Url.Port}\r\nConnection: close\r\n\r\n");

        Assert.Matches("^HTTP/1.1 (400|401|404) ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        AssertNothingLeaks(answer, core.Home, core.Token);
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
    }

    [Theory]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET /health\r\n\r\n")]
    [InlineData("GET /health HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET /health HTTP/1.1\r\n\r\n")]
    [InlineData("GET /health HTTP/1.0\r\n\r\n")]
    [InlineData("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")]
    [InlineData("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n")]
    [InlineData("POST /api/v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /api/v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    [InlineData("\x16\x03\x01\x02\x00\x01\r\n\r\n")]
    public async Task What_is_no_request_to_us_is_refused(string request)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var answer = await RawAsync(core, request.Replace("{port}", $"{core.Url.Port}", StringComparison.Ordinal));

        Assert.DoesNotMatch("^HTTP/1.[01] (2|3|500)", answer);
        AssertNothingLeaks(answer, core.Home, core.Token);
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
    }

    [Theory]
    [InlineData(true, false, 413)]
    [InlineData(true, true, 413)]
    [InlineData(false, false, 401)]
    [InlineData(false, true, 401)]
    public async Task A_hundred_megabytes_are_refused_without_being_read(bool hasToken, bool isChunked, int expected)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, core.Url.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:{core.Url.Port}\r\nContent-Type: application/json\r\n"
            + (hasToken ? $"Authorization: Bearer {core.Token}\r\n" : "") + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {100 * Megabyte}\r\n\r\n")), Cancellation);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        answered.CancelAfter(TimeSpan.FromSeconds(20));
        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            var chunk = new byte[64 * 1024];
            Array.Fill(chunk, (byte)' ');
            var prefix = Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n");
            try
            {
                while (sent < 100 * Megabyte)
                {
                    await stream.WriteAsync(isChunked ? [.. prefix, .. chunk, .. "\r\n"u8] : chunk, answered.Token);
                    sent += chunk.Length;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The server has had enough.
            }
        }, Cancellation);

        var status = await ReadStatusAsync(stream, answered.Token);
        await answered.CancelAsync();
        await sending;

        Assert.Equal($"HTTP/1.1 {expected}", status);
        Assert.True(sent < 30 * Megabyte, $"{sent} bytes went out.");
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
    }

    [Fact]
    public async Task Whoever_drips_headers_or_a_body_is_cut_off_and_hinders_nobody()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, configure: options => options with { Patience = TimeSpan.FromSeconds(2) });
        var slow = new List<TcpClient>();
        for (var i = 0; i < 100; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, core.Url.Port, Cancellation);
            var start = i % 2 == 0
                ? "GET /health HTTP/1.1\r\nHost: 127.0.0.1"
                : $"POST /api/v1/tokens HTTP/1.1\r\nHost: 127.0.0.1:{core.Url.Port}\r\nAuthorization: Bearer {core.Token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(start), Cancellation);
            slow.Add(client);
        }

        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        foreach (var client in slow)
        {
            Assert.True(await ReadStatusAsync(client.GetStream(), enough.Token) is "HTTP/1.1 408" or "");
            client.Dispose();
        }
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var many = await RawAsync(core, $"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{core.Url.Port}\r\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"X-{i}: a\r\n")) + "\r\n");
        var longOne = await RawAsync(core, $"GET /{new string('a', 100_000)} HTTP/1.1\r\n\r\n");
        var cookie = await SendAsync(core, "GET", "/api/v1/tokens", ("Cookie", $"pryx_admin_token={new string('a', 20_000)}"));

        Assert.StartsWith("HTTP/1.1 431", many, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", longOne, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, cookie.Status);
    }

    private static void AssertNothingLeaks(string answer, TempHome home, string token)
    {
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Pryx.Core", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Pryx.Protocol", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(home.Root, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Trim(), answer, StringComparison.Ordinal);
    }

    private static async Task<string> RawAsync(TestCore core, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, core.Url.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            // Until the end of the error body, or of the connection.
            while (!answer.ToString().EndsWith("}}", StringComparison.Ordinal) && await stream.ReadAsync(buffer, enough.Token) is > 0 and var read)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Cut off.
        }
        return answer.ToString();
    }

    /// <returns>Such as <c>HTTP/1.1 413</c>; empty when the connection was closed without a word.</returns>
    private static async Task<string> ReadStatusAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[12];
        try
        {
            return await stream.ReadAtLeastAsync(buffer, 12, throwOnEndOfStream: false, cancellationToken) == 12 ? Encoding.ASCII.GetString(buffer) : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
