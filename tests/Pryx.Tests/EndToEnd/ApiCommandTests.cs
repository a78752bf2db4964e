using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pryx.Terminal;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>The commands that speak to the API: with a daemon, and without one.</summary>
public sealed class ApiCommandTests
{
    private const int Terminate = 15;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_daemon_a_route_is_called_inside_the_process()
    {
        using var person = new Person();

        var health = await person.JsonAsync("api", "get", "/health");
        var made = await person.JsonAsync("api", "POST", "/api/v1/sessions", "--data", """{"title":"From a script"}""");
        var found = await person.PryxAsync(["api", "GET", $"/api/v1/sessions/{made.GetProperty("id").GetString()}", "--include"]);
        var nothing = await person.PryxAsync("api", "GET", "/api/v1/nothing");
        var fromStdin = await person.PryxAsync(["api", "POST", "/api/v1/sessions", "-d", "-"], stdin: """{"title":"Piped"}""");
        var fromFile = await person.PryxAsync(["api", "POST", "/api/v1/sessions", "-d", "@" + person.Home.Write("body.json", "{\"title\":")]);

        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.StartsWith("HTTP/1.1 200 OK", found.Stdout, StringComparison.Ordinal);
        Assert.Contains("From a script", found.Stdout, StringComparison.Ordinal);
        Assert.Equal((1, "NOT_FOUND"), (nothing.ExitCode, ErrorCode(nothing)));
        Assert.True(fromStdin.ExitCode == 0, fromStdin.Stdout + fromStdin.Stderr);
        Assert.Equal((1, "INVALID_JSON"), (fromFile.ExitCode, ErrorCode(fromFile)));
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "runtime.port")));
    }

    [Theory]
    [InlineData("GET", "http://evil.example/")]
    [InlineData("GET", "api/v1/sessions")]
    [InlineData("GET", "@evil.example/")]
    [InlineData("FETCH", "/health")]
    [InlineData("GET", "/health\r\nX-Injected: 1")]
    public async Task What_is_no_route_is_a_mistake_in_the_command(string method, string path)
    {
        using var person = new Person();

        Assert.Equal(2, (await person.PryxAsync("api", method, path)).ExitCode);
    }

    [Fact]
    public async Task A_browser_needs_a_running_Pryx_and_is_told_how_to_start_one()
    {
        using var person = new Person();

        var ui = await person.PryxAsync("ui", "--print");
        var remote = await person.PryxAsync("remote", "--url", "https://pryx.example");

        Assert.Equal(1, ui.ExitCode);
        Assert.Contains("pryx serve", ui.Stderr, StringComparison.Ordinal);
        Assert.Equal(0, remote.ExitCode);
        Assert.Contains("pryx serve", remote.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_daemon_tokens_are_made_and_ended_and_a_browser_is_signed_in()
    {
        using var person = new Person();
        await using var daemon = await ServeAsync(person);
        var url = await UrlAsync(person);

        var token = (await person.PryxAsync("token", "create", "phone", "--scope", "read", "--expires", "1h")).Stdout.Trim();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(url, "/api/v1/remote", token));
        var listed = (await person.JsonAsync("token", "list", "--json")).GetProperty("tokens")[0];
        Assert.Equal("phone", listed.GetProperty("name").GetString());
        Assert.Contains("phone", (await person.PryxAsync("token", "list")).Stdout, StringComparison.Ordinal);
        Assert.Equal(0, (await person.PryxAsync("token", "revoke", listed.GetProperty("id").GetString()![..6])).ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(url, "/api/v1/remote", token));

        var link = (await person.PryxAsync("ui", "--print")).Stdout.Trim();
        Assert.StartsWith($"{url}signin?code=", link, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, await StatusAsync(new Uri(link), "", null));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(new Uri(link), "", null));

        // No display in a test: the link is shown instead of opened.
        person.Variables["DISPLAY"] = person.Variables["WAYLAND_DISPLAY"] = null;
        Assert.Contains("/signin?code=", (await person.PryxAsync("ui")).Stdout, StringComparison.Ordinal);

        var before = await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "core.token"), Cancellation);
        var rotated = await person.PryxAsync("token", "rotate", "--all");
        Assert.Contains("1 other", rotated.Stdout, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(url, "/api/v1/remote", before));
        // Nobody had to be told the new one.
        Assert.Equal("ok", (await person.JsonAsync("api", "GET", "/health")).GetProperty("status").GetString());
        Assert.Empty((await person.JsonAsync("token", "list", "--json")).GetProperty("tokens").EnumerateArray());
        await EndAsync(daemon);
    }

    [Fact]
    public async Task Remote_is_set_shown_and_taken_away_while_the_daemon_runs()
    {
        using var person = new Person();
        await using var daemon = await ServeAsync(person);
        var url = await UrlAsync(person);

        var set = await person.PryxAsync("remote", "--url", "https://pryx.example/");
        var link = new Uri(set.Lines.Single(line => line.Contains("/signin?code=", StringComparison.Ordinal)));
        Assert.Equal("https://pryx.example", link.GetLeftPart(UriPartial.Authority));
        Assert.Contains($"--to {url.Authority}", set.Stdout, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, await StatusAsync(new Uri(url, link.PathAndQuery), "", null, host: "pryx.example"));
        Assert.Contains("https://pryx.example", await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "config.yaml"), Cancellation), StringComparison.Ordinal);
        Assert.Contains("https://pryx.example", (await person.PryxAsync("remote")).Stdout, StringComparison.Ordinal);

        var plain = await person.PryxAsync("remote", "--url", "http://pryx.example");
        Assert.Equal(1, plain.ExitCode);
        Assert.Contains("https", plain.Stderr, StringComparison.Ordinal);

        Assert.Equal(0, (await person.PryxAsync("remote", "--off")).ExitCode);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(url, "/health", null, host: "pryx.example"));
        await EndAsync(daemon);
    }

    [Fact]
    public async Task Without_authentication_only_loopback_is_served()
    {
        using var person = new Person();

        var refused = await person.PryxAsync("serve", "--no-supervisor", "--listen", "0.0.0.0:0", "--no-auth");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("--no-auth", refused.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("ready", refused.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_QR_code_has_its_three_corners_and_a_quiet_zone()
    {
        var lines = QrCode.Lines("https://pryx.example/signin?code=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", hasColor: false);
        var light = lines.SelectMany(line => new[] { line.Select(c => c is '█' or '▀').ToArray(), line.Select(c => c is '█' or '▄').ToArray() }).ToList();
        var size = lines[0].Length;
        bool Dark(int x, int y) => !light[y][x];

        Assert.Equal(1, (size - 8 - 17) % 4 + 1);
        Assert.All(Enumerable.Range(0, size), i => Assert.False(Dark(i, 0) || Dark(0, i) || Dark(i, 3) || Dark(3, i)));
        foreach (var (left, top) in new[] { (4, 4), (size - 11, 4), (4, size - 11) })
        {
            for (var y = 0; y < 7; y++)
            {
                for (var x = 0; x < 7; x++)
                {
                    var isDark = x is 0 or 6 || y is 0 or 6 || (x is >= 2 and <= 4 && y is >= 2 and <= 4);
                    Assert.Equal(isDark, Dark(left + x, top + y));
                }
            }
        }
    }

    private static string? ErrorCode(ProcessResult result)
    {
        using var document = JsonDocument.Parse(result.Stdout);
        return document.RootElement.GetProperty("error").GetProperty("code").GetString();
    }

    private static async Task<RunProcess> ServeAsync(Person person)
    {
        var daemon = await person.StartAsync("serve", "--no-supervisor", "--listen", "127.0.0.1:0");
        await daemon.WaitForOutputAsync("ready", Cancellation);
        return daemon;
    }

    private static async Task EndAsync(RunProcess daemon)
    {
        daemon.Signal(Terminate);
        await daemon.WaitAsync(Cancellation);
    }

    private static async Task<Uri> UrlAsync(Person person) => new($"http://127.0.0.1:{await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "runtime.port"), Cancellation)}");

    private static async Task<HttpStatusCode> StatusAsync(Uri url, string path, string? token, string? host = null)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, path.Length == 0 ? url : new Uri(url, path));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token.Trim());
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
