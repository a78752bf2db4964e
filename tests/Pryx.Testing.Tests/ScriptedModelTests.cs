using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

public sealed class ScriptedModelTests
{
    private static readonly ChatMessage[] Prompt = [new(ChatRole.User, "go")];

    [Fact]
    public async Task It_plays_contents_in_the_engines_convention_and_keeps_the_request()
    {
        using var model = new ScriptedModel(Calls(("grep", """{"pattern": "a"}"""), ("bad", "{oops")) with { Reasoning = "hm", Text = ["a", "b"], Usage = new(9, 4, 3, 2, 1) });

        var response = await model.GetResponseAsync(Prompt, new() { ModelId = "m" }, TestContext.Current.CancellationToken);

        var contents = response.Messages.SelectMany(message => message.Contents).ToList();
        Assert.Equal("hm", contents.OfType<TextReasoningContent>().Single().Text);
        Assert.Equal("ab", response.Text);
        var calls = contents.OfType<FunctionCallContent>().ToList();
        Assert.Equal(["""{"pattern": "a"}""", "{oops"], calls.Select(call => call.AdditionalProperties![WireKeys.RawArguments]));
        Assert.Equal("a", calls[0].Arguments!["pattern"]!.ToString());
        Assert.Null(calls[1].Arguments);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal((9L, 4L, 3L, 2L, 1L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.CachedInputTokenCount,
            response.Usage.AdditionalCounts![WireKeys.CacheWriteTokens], response.Usage.ReasoningTokenCount));
        Assert.Equal(("go", "m"), (model.Requests.Single().Messages.Single().Text, model.Requests[0].Options!.ModelId));
    }

    [Fact]
    public async Task It_fails_as_told_after_what_it_said()
    {
        var failure = new ModelException(ModelFailure.StreamCut, "cut");
        using var model = new ScriptedModel(Fails(failure) with { Text = ["half"] });
        var text = "";

        var thrown = await Assert.ThrowsAsync<ModelException>(async () =>
        {
            await foreach (var update in model.GetStreamingResponseAsync(Prompt, cancellationToken: TestContext.Current.CancellationToken))
            {
                text += update.Text;
            }
        });

        Assert.Same(failure, thrown);
        Assert.Equal("half", text);
    }

    [Fact]
    public async Task It_hangs_until_it_is_cancelled()
    {
        using var model = new ScriptedModel(Hangs());
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.GetResponseAsync(Prompt, cancellationToken: stop.Token));
    }

    [Fact]
    public async Task A_request_too_many_is_told()
    {
        using var model = new ScriptedModel(Says("only"));
        await model.GetResponseAsync(Prompt, cancellationToken: TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<InvalidOperationException>(() => model.GetResponseAsync(Prompt, cancellationToken: TestContext.Current.CancellationToken));
    }
}
