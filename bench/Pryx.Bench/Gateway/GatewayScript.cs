using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Bench.Gateway;

/// <summary>What the fake provider answers: the last word of the user says what is wanted, so that one provider serves every measure.</summary>
internal static class GatewayScript
{
    public const string Text = "say", Tool = "tool", Slow = "slow", Long = "long", Ask = "ask";

    /// <summary>The model thinks for this long: the gateway has then done all it does before a reply and only waits.</summary>
    public static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(300);
    private static readonly ScriptedReply Answer = Says("Hello from the ", "fake provider.");
    private static readonly (string, string) Echo = ("shell_exec", """{"command":"echo hello"}""");

    public static FakeScript For(GatewayScale scale) => request => request.LastUserText switch
    {
        Tool or Ask => request.Step == 0 ? Calls(Echo) : Answer,
        Slow => Answer with { Trouble = new() { BeforeFirstChunk = Thinking } },
        Long when request.Step < scale.Steps => Calls([.. Enumerable.Repeat(("list_dir", """{"path":"."}"""), scale.CallsOfAStep)]),
        _ => Answer,
    };
}
