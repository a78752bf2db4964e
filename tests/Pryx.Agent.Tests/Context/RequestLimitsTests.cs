using Microsoft.Extensions.AI;
using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Agent.Turns;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Context;

/// <summary>What a model does not take is found out before anything is sent.</summary>
public sealed class RequestLimitsTests
{
    private static readonly ModelInfo Model = new(new ModelRef("test", "model")) { DisplayName = "Test", ContextWindow = 200_000 };
    private static readonly Attachment Image = new("image/png", Convert.ToBase64String(new byte[20]));

    [Fact]
    [Requirement("MOD5", "context")]
    public void A_prompt_that_is_larger_than_the_window_is_an_error()
    {
        var error = Refused(Model, new() { InputTokens = 250_000 });

        Assert.Equal(ModelFailure.ContextTooLong, error.Failure);
        Assert.Contains("prompt too large: 250000 > 200000", error.Message, StringComparison.Ordinal);
        RequestLimits.Require(Model, new() { InputTokens = 200_000 });
    }

    [Fact]
    [Requirement("MOD5", "overrides")]
    public void A_providers_own_limit_counts_where_it_is_smaller() =>
        Assert.Contains("prompt too large: 150000 > 128000", Refused(Model with { MaxInput = 128_000 }, new() { InputTokens = 150_000 }).Message, StringComparison.Ordinal);

    [Fact]
    [Requirement("MOD5", "tool count")]
    public void Too_many_tools_are_an_error() =>
        Assert.Contains("too many tools: 12 > 10", Refused(Model with { MaxToolsPerRequest = 10 }, new() { Tools = 12 }).Message, StringComparison.Ordinal);

    [Fact]
    [Requirement("MOD5", "images")]
    public void Too_many_images_are_an_error() =>
        Assert.Contains("too many images: 5 > 4", Refused(Model with { SupportsImages = true, MaxImagesPerRequest = 4 }, new() { Images = 5 }).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_a_model_that_nobody_knows_nothing_is_refused() =>
        RequestLimits.Require(new ModelInfo(new ModelRef("local", "mine")), new() { InputTokens = 1_000_000, Tools = 1_000, Images = 50 });

    [Theory]
    [InlineData(10_000, null, 8_000, null)] // Unasked, the provider's own limit does.
    [InlineData(10_000, 20_000, 8_000, 8_000)] // Never more than the model gives.
    [InlineData(10_000, 500, 8_000, 500)]
    [InlineData(190_000, null, 64_000, 500)] // Never more than the window leaves; the estimate may be a twentieth too small.
    [InlineData(195_000, 8_000, 8_000, 256)]
    [Requirement("MOD7", "max_tokens")]
    public void The_output_limit_fits_the_model_and_the_window(long input, int? wanted, long most, int? expected) =>
        Assert.Equal(expected, RequestLimits.OutputCap(Model with { MaxOutput = most }, new() { InputTokens = input }, wanted));

    [Fact]
    [Requirement("MOD7", "context")]
    public async Task A_turn_with_a_prompt_that_can_not_be_split_ends_before_the_call()
    {
        using var bench = new TurnBench { Model = model => model with { DisplayName = "Test", ContextWindow = 300 } };
        bench.Tools.Add(new FakeTool("big") { Description = string.Concat(Enumerable.Repeat("It does many things. ", 200)) });
        var model = new ScriptedModel(Says("never said"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(("PROVIDER_CONTEXT_TOO_LONG", TurnEnd.Failed), (outcome!.Code, outcome.End));
        Assert.Contains("prompt too large:", outcome.Message, StringComparison.Ordinal);
        Assert.Contains("> 300", outcome.Message, StringComparison.Ordinal);
        Assert.Empty(model.Requests);
    }

    [Fact]
    [Requirement("MOD7", "modality")]
    public async Task An_image_for_a_model_that_sees_none_ends_the_turn_before_the_call()
    {
        using var bench = new TurnBench { Model = model => model with { DisplayName = "Test" } };
        bench.Journal.Add(new UserMessage("what is this?") { TurnId = bench.Turn, Attachments = [Image] });
        var model = new ScriptedModel(Says("never said"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal("PROVIDER_INVALID_REQUEST", outcome!.Code);
        Assert.Contains("too many images: 1 > 0; it takes text only", outcome.Message, StringComparison.Ordinal);
        Assert.Empty(model.Requests);
    }

    [Fact]
    [Requirement("MOD7", "modality")]
    public async Task Images_of_earlier_turns_are_left_out_for_a_model_that_sees_none_and_the_user_is_told_once()
    {
        using var bench = new TurnBench { Model = model => model with { DisplayName = "Test" } };
        var earlier = Protocol.TurnId.New();
        bench.Journal.Insert(0, new UserMessage("look at this") { TurnId = earlier, Attachments = [Image] }, new Reply("I see") { TurnId = earlier, Step = 1 });
        bench.Tools.Add(new FakeTool("look"));
        var model = new ScriptedModel(Calls(("look", "{}")), Says("done"));

        await bench.RunAsync(model);

        Assert.All(model.Requests, request => Assert.Empty(request.Messages.SelectMany(message => message.Contents).OfType<DataContent>()));
        Assert.Contains("an image was here", model.Requests[0].Messages[1].Text, StringComparison.Ordinal);
        Assert.Equal("test/model takes no images: 1 of earlier messages are left out.", Assert.Single(bench.Journal.Items.OfType<Notice>()).Text);
    }

    [Fact]
    [Requirement("MOD7", "tool limits")]
    public async Task Tools_beyond_a_models_limit_are_left_out_and_named()
    {
        using var bench = new TurnBench { Model = model => model with { MaxToolsPerRequest = 2 } };
        bench.Tools.AddRange([new FakeTool("one"), new FakeTool("two"), new FakeTool("three")]);
        var model = new ScriptedModel(Says("done"));

        await bench.RunAsync(model);

        Assert.Equal(["one", "two"], Assert.Single(model.Requests).Options!.Tools!.Select(tool => tool.Name));
        Assert.Equal("test/model takes at most 2 tools in a request; left out: three.", Assert.Single(bench.Journal.Items.OfType<Notice>()).Text);
    }

    [Fact]
    [Requirement("MOD7", "tool limits")]
    public async Task A_model_without_tools_reads_the_calls_of_another_in_words()
    {
        using var bench = new TurnBench { Model = model => model with { SupportsTools = false } };
        var earlier = Protocol.TurnId.New();
        bench.Journal.Insert(
            0, new UserMessage("list") { TurnId = earlier }, new ToolCall("c1", "ls", "filesystem.list", """{"path":"."}""") { TurnId = earlier, Step = 1 },
            new ToolResult("c1", ToolStatus.Completed, "a.txt") { TurnId = earlier, Step = 1 }, new Reply("one file") { TurnId = earlier, Step = 2 });
        bench.Tools.Add(new FakeTool("ls"));
        var model = new ScriptedModel(Says("done"));

        await bench.RunAsync(model);

        var request = Assert.Single(model.Requests);
        Assert.Empty(request.Options!.Tools!);
        Assert.DoesNotContain(request.Messages.SelectMany(message => message.Contents), content => content is FunctionCallContent or FunctionResultContent);
        Assert.Contains(request.Messages, message => message.Text.Contains("""[called ls {"path":"."}]""", StringComparison.Ordinal));
        Assert.Contains(request.Messages, message => message.Text.Contains("[result: a.txt]", StringComparison.Ordinal));
    }

    [Fact]
    [Requirement("MOD9", "less parallelism")]
    public async Task A_model_that_takes_one_call_at_a_time_is_told_so()
    {
        using var bench = new TurnBench { Model = model => model with { MaxParallelToolCalls = 1 } };
        var model = new ScriptedModel(Says("done"));

        await bench.RunAsync(model);

        Assert.False(Assert.Single(model.Requests).Options!.AllowMultipleToolCalls);
    }

    private static ModelException Refused(ModelInfo model, CallNeeds needs) => Assert.Throws<ModelException>(() => RequestLimits.Require(model, needs));
}
