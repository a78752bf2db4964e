using System.Text;
using System.Text.RegularExpressions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Models;

/// <summary>Of a long task nearly all input is what the provider has seen before, byte for byte, and says so where the provider wants to be told.</summary>
public sealed partial class CachedPrefixTests
{
    private const int Steps = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(AllWires.Names), MemberType = typeof(AllWires))]
    [Requirement("MOD7", "cache_control")]
    public async Task Of_thirty_steps_95_percent_of_the_input_can_come_from_the_cache(string wire)
    {
        ScriptedReply Reply(FakeRequest request) => request.Step < Steps - 1
            ? Calls(request.Step % 3 == 0 ? [("read_file", """{"path":"notes.txt"}"""), ("list_dir", """{"path":"."}""")] : [("grep", """{"pattern":"line 1"}""")]) with
            {
                Reasoning = $"Step {request.Step}: I read on.",
            }
            : Says("Done.");
        await using var provider = await FakeProvider.StartAsync(Reply, Cancellation);
        await using var core = await AllWires.StartAsync(provider, Cancellation);
        await File.WriteAllLinesAsync(Path.Combine(core.Home.Workspace, "notes.txt"), Enumerable.Range(1, 12).Select(n => $"line {n}: some words of an ordinary length"), Cancellation);

        await core.RunAsync(await core.OpenAsync(Cancellation), "Read the notes again and again.", AllWires.Models[wire], Cancellation);

        Assert.Empty(provider.Violations);
        var bodies = provider.ModelRequests.Select(request => request.Text).ToList();
        Assert.Equal(Steps, bodies.Count);
        long all = 0, cached = 0;
        for (var i = 1; i < bodies.Count; i++)
        {
            // What closes the arrays and the object stands behind the history in every body.
            var before = Unmarked(bodies[i - 1]).TrimEnd(']', '}');
            var now = Unmarked(bodies[i]);
            Assert.StartsWith(before, now, StringComparison.Ordinal);
            all += Encoding.UTF8.GetByteCount(now);
            cached += Encoding.UTF8.GetByteCount(MarksItsCache(wire) ? MarkedInBoth(bodies[i - 1], bodies[i]) : before);
        }
        Assert.True(cached >= 0.95 * all, $"{100.0 * cached / all:0.0} % of {all} bytes");
        Assert.All(bodies, body => Assert.InRange(Marker().Count(body), MarksItsCache(wire) ? 2 : 0, MarksItsCache(wire) ? 4 : 0));
        Assert.All(bodies, body => Assert.Equal(wire is "responses", body.Contains("\"prompt_cache_key\"", StringComparison.Ordinal)));
    }

    private static bool MarksItsCache(string wire) => wire is "anthropic" or "openrouter";

    /// <summary>The longest beginning that ended at a marker in the request before, and is looked up at one in this: the vendor keeps and finds no other.</summary>
    private static string MarkedInBoth(string before, string now)
    {
        var kept = Beginnings(before).ToHashSet(StringComparer.Ordinal);
        return Beginnings(now).Where(kept.Contains).MaxBy(beginning => beginning.Length) ?? "";
    }

    private static IEnumerable<string> Beginnings(string body) => Marker().Matches(body).Select(marker => Unmarked(body[..marker.Index]));

    private static string Unmarked(string body) => Marker().Replace(body, "");

    [GeneratedRegex("""(?<!\\),"cache_control":\{[^{}]*\}""")]
    private static partial Regex Marker();
}
