using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Bench.Web;

/// <summary>What the fake provider answers to the web's measures, told from the last word of the user.</summary>
internal static class WebScript
{
    /// <summary>Many steps at once, then a long fast stream.</summary>
    public const string Storm = "storm";

    /// <summary>Steps at the pace of a real model.</summary>
    public const string Paced = "paced";

    /// <summary>A session of ten thousand items.</summary>
    public const string Items = "items";
    public const int StormSteps = 90, PacedSteps = 20, ItemSteps = 99, CallsOfAStep = 50, DeltasASecond = 200, StreamSeconds = 15;
    private static readonly (string, string) Look = ("list_dir", """{"path":"."}""");

    public static ScriptedReply Answer(FakeRequest request) => request.LastUserText switch
    {
        Storm when request.Step < StormSteps => Calls(Look, Look, Look, Look),
        Storm => new() { Text = [.. Enumerable.Range(0, DeltasASecond * StreamSeconds).Select(static i => i % 40 == 39 ? "end.\n\n" : $"word{i} ")], Trouble = new() { BetweenChunks = TimeSpan.FromSeconds(1.0 / DeltasASecond) } },
        Paced when request.Step < PacedSteps => Calls(Look) with { Trouble = new() { BeforeFirstChunk = TimeSpan.FromMilliseconds(200) } },
        Items when request.Step < ItemSteps => Calls([.. Enumerable.Repeat(Look, CallsOfAStep)]),
        _ => Says("Hello from the ", "fake provider."),
    };
}
