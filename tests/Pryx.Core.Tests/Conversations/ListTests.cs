using System.Globalization;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>GET /api/v1/conversations.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private TestCore _core = null!;
    private FakeProvider _provider = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        _core = await Talk.StartAsync(_provider, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    [Requirement("CA9", "2.1")]
    public async Task An_empty_list_is_an_empty_array_and_no_cursor()
    {
        var page = await _core.SeeAsync(Talk.Conversations, Cancellation);

        Assert.Empty(page["conversations"]!.AsArray());
        Assert.True(page.AsObject().ContainsKey("nextCursor"));
        Assert.Null(page["nextCursor"]);
    }

    [Fact]
    [Requirement("CA1", "list")]
    [Requirement("CA9", "2.2")]
    public async Task The_newest_comes_first_also_within_one_millisecond()
    {
        var made = await MakeAsync(12);

        var page = await _core.SeeAsync(Talk.Conversations, Cancellation);

        Assert.Equal(made.AsEnumerable().Reverse(), Ids(page));
        Assert.Null(page["nextCursor"]);
        Assert.All(page["conversations"]!.AsArray(), conversation => Assert.Empty(conversation!["history"]!.AsArray()));
    }

    [Fact]
    [Requirement("CA9", "2.3")]
    public async Task Pages_follow_each_other_without_a_gap_or_a_repetition()
    {
        var made = await MakeAsync(7);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _core.SeeAsync($"{Talk.Conversations}?limit=3{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", Cancellation);
            seen.AddRange(Ids(page));
            cursor = (string?)page["nextCursor"];
            if (cursor is not null)
            {
                var last = page["conversations"]![2]!;
                Assert.Equal($"{DateTimeOffset.Parse((string)last["createdAt"]!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()}:{last["conversationId"]}", cursor);
                // What is made meanwhile stands before the page and moves nothing.
                await _core.CreateAsync(Cancellation);
            }
        }
        while (cursor is not null);

        Assert.Equal(made.AsEnumerable().Reverse(), seen);
    }

    [Fact]
    public async Task No_cursor_follows_a_last_page_that_is_just_full()
    {
        await MakeAsync(4);
        var first = await _core.SeeAsync($"{Talk.Conversations}?limit=2", Cancellation);

        var second = await _core.SeeAsync($"{Talk.Conversations}?limit=2&cursor={first["nextCursor"]}", Cancellation);

        Assert.Equal(2, Ids(second).Count);
        Assert.Null(second["nextCursor"]);
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-5", 1)]
    [InlineData("1", 1)]
    [InlineData("3", 3)]
    [InlineData("2.9", 2)]
    [InlineData("200", 23)]
    [InlineData("99999999999999999999", 23)]
    [InlineData("abc", 20)]
    [InlineData("", 20)]
    [InlineData("NaN", 20)]
    [Requirement("CA9", "2.4")]
    public async Task A_limit_is_forgiven_whatever_it_is(string limit, int expected)
    {
        await MakeAsync(23);

        var page = await _core.SeeAsync($"{Talk.Conversations}?limit={limit}", Cancellation);

        Assert.Equal(expected, Ids(page).Count);
        Assert.Equal(expected < 23, page["nextCursor"] is not null);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData(":")]
    [InlineData("12:34")]
    [InlineData("x:3f0c1a6e-0000-4000-8000-000000000000")]
    [InlineData("1700000000000:3f0c1a6e-0000-4000-8000-000000000000")]
    [InlineData("'; DROP TABLE sessions; --:1")]
    [Requirement("CA9", "2.5")]
    public async Task A_cursor_that_nobody_gave_is_the_first_page(string cursor)
    {
        var made = await MakeAsync(2);

        var page = await _core.SeeAsync($"{Talk.Conversations}?cursor={Uri.EscapeDataString(cursor)}", Cancellation);

        Assert.Equal(made.AsEnumerable().Reverse(), Ids(page));
    }

    [Fact]
    public async Task Tags_and_role_narrow_the_list()
    {
        async Task<string> MakeAsync(string[] tags, string? agentRole) =>
            (string)(await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = "chat", model = "m", tags, agentRole }))["conversationId"]!;
        var both = await MakeAsync(["a", "b"], "writer");
        var one = await MakeAsync(["a"], "reader");
        await MakeAsync([], null);

        Assert.Equal([one, both], Ids(await _core.SeeAsync($"{Talk.Conversations}?tags=a", Cancellation)));
        Assert.Equal([both], Ids(await _core.SeeAsync($"{Talk.Conversations}?tags=a,b", Cancellation)));
        Assert.Equal([one], Ids(await _core.SeeAsync($"{Talk.Conversations}?agentRole=reader", Cancellation)));
        Assert.Empty(Ids(await _core.SeeAsync($"{Talk.Conversations}?tags=b&agentRole=reader", Cancellation)));
    }

    private async Task<List<string>> MakeAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((string)(await _core.CreateAsync(Cancellation))["conversationId"]!);
        }
        return ids;
    }

    private static List<string> Ids(JsonNode page) => [.. page["conversations"]!.AsArray().Select(conversation => (string)conversation!["conversationId"]!)];
}
