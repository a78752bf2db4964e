using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Tests.Http;

/// <summary>A whole reply, on every wire, however the network tears it apart.</summary>
public class ReplyTests
{
    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task A_reply_comes_out_whole_with_reasoning_text_calls_and_usage(string name)
    {
        var wire = Wire.Of(name);
        var heard = await Heard.FromAsync(wire.On(wire.Serve(wire.Reply)));

        Assert.Null(heard.Failure);
        Assert.Equal(Wire.Text, heard.Text);
        Assert.Equal("Let me think.", heard.Reasoning);
        Assert.Equal(["read_file", "list_dir"], heard.Calls.Select(call => call.Name));
        Assert.Equal(["{\"path\":\"ä.txt\"}", "{\"path\": \".\"}"], heard.Calls.Select(Heard.Raw));
        Assert.Equal(ChatFinishReason.ToolCalls, Assert.Single(heard.Reasons));
        Assert.Equal("ä.txt", heard.Calls[0].Arguments!["path"]?.ToString());
        Assert.Equal(name switch
        {
            "anthropic" => new TokenUsage(100, 20, 60, 10),
            "ollama" => new(100, 20),
            _ => new(100, 20, 60, 0, 7),
        }, Assert.Single(heard.Usage));
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task It_is_the_same_reply_in_pieces_of_every_size(string name)
    {
        var wire = Wire.Of(name);
        var whole = (await Heard.FromAsync(wire.On(wire.Serve(wire.Reply)))).Summary;
        for (var size = 1; size < 400; size += size < 40 ? 1 : 37)
            Assert.Equal(whole, (await Heard.FromAsync(wire.On(new CannedServer(wire.Reply, wire.ContentType) { PieceBytes = size }))).Summary);
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task It_is_the_same_reply_with_carriage_returns(string name)
    {
        var wire = Wire.Of(name);
        var whole = (await Heard.FromAsync(wire.On(wire.Serve(wire.Reply)))).Summary;
        var torn = new CannedServer(wire.Reply.Replace("\n", "\r\n", StringComparison.Ordinal), wire.ContentType) { PieceBytes = 3 };
        Assert.Equal(whole, (await Heard.FromAsync(wire.On(torn))).Summary);
    }

    [Theory, InlineData("chat"), InlineData("responses"), InlineData("anthropic"), InlineData("gemini")]
    public async Task Comments_unknown_events_fields_and_data_in_several_lines_change_nothing(string name)
    {
        var wire = Wire.Of(name);
        var whole = (await Heard.FromAsync(wire.On(wire.Serve(wire.Reply)))).Summary;
        var noisy = "\uFEFF" + string.Concat(wire.Events().Select(e =>
            ": OPENROUTER PROCESSING\n\nevent: future.event\ndata: {\"type\":\"future.event\",\ndata: \"delta\":{\"x\":[1,null]}}\n\nid: 7\nretry: 10\n" + e.Replace("data: ", "data:", StringComparison.Ordinal)));
        Assert.Equal(whole, (await Heard.FromAsync(wire.On(wire.Serve(noisy)))).Summary);
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task Text_comes_out_before_the_stream_goes_on(string name)
    {
        var wire = Wire.Of(name);
        var upToText = wire.Reply[..(wire.Reply.IndexOf("Hello ", StringComparison.Ordinal) + 200)];
        upToText = upToText[..(upToText.LastIndexOf('\n') + 1)];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var client = wire.On(new CannedServer(upToText, wire.ContentType) { Ending = Ending.StaysSilent });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync(Wire.Ask(), null, stop.Token))
                if (update.Text.StartsWith("Hello", StringComparison.Ordinal))
                    await stop.CancelAsync();
        });
        Assert.False(TestContext.Current.CancellationToken.IsCancellationRequested);
    }

    [Theory, InlineData("chat", "x-request-id"), InlineData("responses", "x-request-id"), InlineData("anthropic", "request-id")]
    public async Task The_request_id_is_told(string name, string header)
    {
        var wire = Wire.Of(name);
        var heard = await Heard.FromAsync(wire.On(new CannedServer(wire.Reply, wire.ContentType) { Headers = [(header, "req_42")] }));
        Assert.Equal("req_42", heard.RequestId);
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task Folding_the_stream_gives_one_response(string name)
    {
        var wire = Wire.Of(name);
        var response = await wire.On(wire.Serve(wire.Reply)).GetResponseAsync(Wire.Ask(), null, TestContext.Current.CancellationToken);
        Assert.Contains(Wire.Text, response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }
}
