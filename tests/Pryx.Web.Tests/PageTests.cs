using System.IO.Compression;
using System.Net;

namespace Pryx.Web.Tests;

/// <summary>How the gateway serves the pages: from the executable, by a table of names.</summary>
public sealed class PageTests(WebWorld world) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Every_path_of_the_pages_is_the_same_page_under_a_strict_policy()
    {
        Assert.SkipWhen(WebWorld.WhyNot is not null, WebWorld.WhyNot ?? "");
        var pages = new List<string>();
        foreach (var path in (string[])["/", "/ui/chat", "/ui/sessions/1/2/3", "/ui/etc/passwd"])
        {
            using var response = await _http.GetAsync(new Uri(world.Url, path), Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
            pages.Add(await response.Content.ReadAsStringAsync(Cancellation));
        }
        Assert.Single(pages.Distinct());
        Assert.DoesNotMatch("<script(?![^>]* src=)|<style|style=|\\son[a-z]+=", pages[0]);
    }

    [Fact]
    public async Task Assets_with_a_hash_never_change_and_come_compressed_to_who_takes_it()
    {
        Assert.SkipWhen(WebWorld.WhyNot is not null, WebWorld.WhyNot ?? "");
        var page = await _http.GetStringAsync(world.Url, Cancellation);
        var script = System.Text.RegularExpressions.Regex.Match(page, "/assets/index\\.[^\"]+\\.js").Value;
        using var plain = await _http.GetAsync(new Uri(world.Url, script), Cancellation);
        Assert.Equal("public, max-age=31536000, immutable", plain.Headers.CacheControl?.ToString());
        using var asking = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Url, script));
        asking.Headers.AcceptEncoding.ParseAdd("gzip, br");
        using var packed = await _http.SendAsync(asking, Cancellation);
        Assert.Equal("br", Assert.Single(packed.Content.Headers.ContentEncoding));
        await using var unpacked = new BrotliStream(await packed.Content.ReadAsStreamAsync(Cancellation), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        Assert.Equal(await plain.Content.ReadAsStringAsync(Cancellation), await reader.ReadToEndAsync(Cancellation));
    }

    [Theory]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/..%2findex.html")]
    [InlineData("/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/assets/0001.sql")]
    public async Task No_other_name_leads_anywhere(string path)
    {
        Assert.SkipWhen(WebWorld.WhyNot is not null, WebWorld.WhyNot ?? "");
        using var response = await _http.GetAsync(new Uri(world.Url.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Cancellation);
        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
    }
}
