namespace Pryx.Testing;

/// <summary>Decides what a model answers. Told from the request alone, it survives a restart of either side.</summary>
public delegate ScriptedReply FakeScript(FakeRequest request);

public static class FakeScripts
{
    /// <summary>One reply a request, in order, whoever asks; a request too many is a violation of the script.</summary>
    public static FakeScript InOrder(params ScriptedReply[] replies)
    {
        var next = -1;
        return _ => Interlocked.Increment(ref next) is var at && at < replies.Length
            ? replies[at]
            : throw new InvalidOperationException($"The script has {replies.Length} replies and was asked for another.");
    }

    /// <summary>The reply of the turn's step, told from the history: the same step is answered the same again. After the last it repeats the last.</summary>
    public static FakeScript BySteps(params ScriptedReply[] replies) => request => replies[Math.Min(request.Step, replies.Length - 1)];

    public static FakeScript Always(ScriptedReply reply) => _ => reply;

    /// <summary>Plays each trouble once, for the first requests, then the script undisturbed: for retries.</summary>
    public static FakeScript After(this FakeScript script, params ScriptedReply[] first)
    {
        var next = -1;
        return request => Interlocked.Increment(ref next) is var at && at < first.Length ? first[at] : script(request);
    }
}
