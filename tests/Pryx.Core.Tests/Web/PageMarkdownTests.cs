using System.Diagnostics;
using System.Net;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Web;

namespace Pryx.Core.Tests.Web;

public sealed class PageMarkdownTests
{
    [Theory]
    [InlineData("<h2>A</h2><p>b <b>c</b> <i>d</i> <code>e</code></p><p>f</p>", "## A\n\nb **c** *d* `e`\n\nf")]
    [InlineData("<ul><li>a<li>b<ul><li>c</ul><li><p>d</p></ul>", "- a\n- b\n  - c\n- d")]
    [InlineData("<ol start=3><li>a<li>b</ol>", "3. a\n4. b")]
    [InlineData("<pre><code class=language-cs>var x = 1;\n  y();</code></pre>", "```cs\nvar x = 1;\n  y();\n```")]
    [InlineData("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n> \n> b")]
    [InlineData("<table><tr><th>a<th>b|c</tr><tr><td>1<td><p>2</p></tr></table>", "| a | b\\|c |\n| --- | --- |\n| 1 | 2 |")]
    [InlineData("a<br>b<hr>c", "a\nb\n\n---\n\nc")]
    [InlineData("<a href='../x?y=1#z'>t</a> <a href='javascript:evil()'>u</a>", "[t](http://site.test/x?y=1#z) u")]
    [InlineData("<p hidden>x</p><p style='display: none'>y</p><span aria-hidden=true>z</span><!-- w --><div style='font-size:0'>v</div>seen", "seen")]
    [InlineData("<style>p{}</style><script>1</script><template>2</template><svg><text>3</text></svg>seen", "seen")]
    [InlineData("&lt;script&gt; &amp; &eacute;", "<script> & é")]
    [InlineData("<p>unclosed <b>tags <i>everywhere", "unclosed **tags *everywhere***")]
    [InlineData("<img src=x alt='a picture'>", "![a picture]")]
    public async Task Reads_like_the_page(string html, string expected) => Assert.Equal(expected, await ReadAsync("<!doctype html><body>" + html));

    [Theory]
    [InlineData("<nav>Home Products</nav><main><h1>News</h1><p>{text}</p><nav>1 2 3</nav></main><footer>Imprint</footer>", "# News", "Home|1 2 3|Imprint")]
    [InlineData("<div role=navigation>Home</div><div><h1>News</h1><p>{text}</p></div><aside>Advertisement</aside>", "# News", "Home|Advertisement")]
    [InlineData("<article><p>teaser</p></article><div><h1>News</h1><p>{text}</p></div>", "# News", "")]
    [InlineData("<header><h1>News</h1></header><article><p>{text}</p></article><article><p>{text}</p></article>", "# News", "")]
    public async Task Of_a_page_the_main_part_is_read_unless_all_of_it_is_wanted(string html, string contained, string leftOut)
    {
        var page = "<!doctype html><body>" + html.Replace("{text}", string.Concat(Enumerable.Repeat("What happened today. ", 20)), StringComparison.Ordinal);

        var main = await ReadAsync(page, isWhole: false);
        var whole = await ReadAsync(page);

        Assert.Contains(contained, main, StringComparison.Ordinal);
        Assert.Contains("What happened today.", main, StringComparison.Ordinal);
        Assert.All(leftOut.Split('|', StringSplitOptions.RemoveEmptyEntries), part => Assert.DoesNotContain(part, main, StringComparison.Ordinal));
        Assert.All(leftOut.Split('|', StringSplitOptions.RemoveEmptyEntries), part => Assert.Contains(part, whole, StringComparison.Ordinal));
        Assert.Equal(leftOut.Length > 0, main.Contains("whole_page", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_links_is_read_for_its_links() =>
        Assert.Contains("[a](http://site.test/a)", await ReadAsync("<!doctype html><body><nav><a href=/a>a</a></nav>short", isWhole: false), StringComparison.Ordinal);

    [Fact]
    public async Task Nesting_without_end_neither_overflows_nor_hangs()
    {
        var watch = Stopwatch.StartNew();
        Assert.StartsWith("top", await ReadAsync("<body>top" + string.Concat(Enumerable.Repeat("<div><ul><li><blockquote>", 100)) + "deep"), StringComparison.Ordinal);
        await ReadAsync("<body>top" + string.Concat(Enumerable.Repeat("<div><ul><li><blockquote>", 50_000)) + "deep");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task Charset_of_the_page_is_honoured()
    {
        var body = Encoding.Latin1.GetBytes("<meta charset=iso-8859-1><p>caf\u00e9");
        Assert.Equal("café", await ReadAsync(body, "text/html"));
    }

    private static Task<string> ReadAsync(string html, bool isWhole = true) => ReadAsync(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", isWhole);

    private static async Task<string> ReadAsync(byte[] html, string type, bool isWhole = true)
    {
        await using var server = new LoopbackServer(async (_, stream, cancellationToken) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nConnection: close\r\n\r\n"), cancellationToken);
            await stream.WriteAsync(html, cancellationToken);
        });
        using var http = new GuardedHttp(new GuardedHttpOptions { IsAllowed = IPAddress.IsLoopback, Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Loopback }) });
        var tool = new HttpTool(http);
        var folder = Directory.CreateTempSubdirectory("pryx-page-");
        try
        {
            var context = new ToolContext
            {
                SessionId = default,
                TurnId = default,
                CallId = "c",
                Workspace = folder.FullName,
                OutputDirectory = folder.FullName,
                AskUserAsync = (_, _) => throw new InvalidOperationException(),
                Time = TimeProvider.System,
            };
            var arguments = ToolArguments.Parse($$"""{"url":"http://site.test:{{server.Port}}/a/b","whole_page":{{(isWhole ? "true" : "false")}}}""");
            var plan = await tool.PlanAsync(arguments, context, TestContext.Current.CancellationToken);
            var outcome = await tool.InvokeAsync(arguments, plan, context, TestContext.Current.CancellationToken);
            var text = outcome.Text.Split("\n\n", 2)[1];
            return text[..text.LastIndexOf("\n[end of untrusted content", StringComparison.Ordinal)].Replace($":{server.Port}", "", StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
