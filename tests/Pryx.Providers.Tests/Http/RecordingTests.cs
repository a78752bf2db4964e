using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Tests.Http;

/// <summary>
/// Streams in the shapes that vendors, gateways and local servers send, each beside what must come out of it. A stream that was read
/// wrongly once becomes a file here.
/// </summary>
public class RecordingTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recordings");

    public static TheoryData<string> Recordings { get; } =
        [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".expected.json", StringComparison.Ordinal)).Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Recordings))]
    public async Task A_recorded_stream_is_read_without_loss_in_pieces_of_every_size(string recording)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Folder, recording), TestContext.Current.CancellationToken);
        var body = Encoding.UTF8.GetString(bytes);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(Path.Combine(Folder, recording), ".expected.json"), TestContext.Current.CancellationToken));
        var expected = Expected.Read(json.RootElement);
        var wire = Wire.Of(recording.Split(Path.DirectorySeparatorChar)[0]);

        foreach (var size in new[] { int.MaxValue, 1, 2, 3, 7, 61, 1021 })
        {
            var heard = await Heard.FromAsync(wire.On(new CannedServer(body, wire.ContentType) { PieceBytes = size }));
            expected.Check(heard);
        }
        // The same bytes with the other line ends.
        var other = body.Contains('\r', StringComparison.Ordinal) ? body.Replace("\r\n", "\n", StringComparison.Ordinal) : body.Replace("\n", "\r\n", StringComparison.Ordinal);
        expected.Check(await Heard.FromAsync(wire.On(new CannedServer(other, wire.ContentType) { PieceBytes = 5 })));
        // And without the last of them, as files are trimmed and servers hang up.
        expected.Check(await Heard.FromAsync(wire.On(new CannedServer(body.TrimEnd(), wire.ContentType) { PieceBytes = 11 })));
    }

    private sealed record Expected(string Text, string Reasoning, List<(string? Id, string Name, string Arguments)> Calls, List<string> Opaque, TokenUsage? Usage, string? Finish, string? Failure)
    {
        public static Expected Read(JsonElement json) => new(
            json.GetProperty("text").GetString()!,
            json.GetProperty("reasoning").GetString()!,
            [.. json.GetProperty("calls").EnumerateArray().Select(call => (call.GetProperty("id").GetString(), call.GetProperty("name").GetString()!, call.GetProperty("arguments").GetString()!))],
            [.. json.GetProperty("opaque").EnumerateArray().Select(opaque => opaque.GetString()!)],
            json.GetProperty("usage") is { ValueKind: JsonValueKind.Object } usage
                ? new(usage.GetProperty("input").GetInt64(), usage.GetProperty("output").GetInt64(), usage.GetProperty("cached").GetInt64(), usage.GetProperty("cache_write").GetInt64(), usage.GetProperty("reasoning").GetInt64())
                : null,
            json.GetProperty("finish").GetString(),
            json.GetProperty("failure").GetString());

        public void Check(Heard heard)
        {
            Assert.Equal(Failure, heard.Failure?.Failure.ToString());
            Assert.Equal(Text, heard.Text);
            Assert.Equal(Reasoning, heard.Reasoning);
            Assert.Equal(Calls.Select(call => (call.Name, call.Arguments)), heard.Calls.Select(call => (call.Name, Heard.Raw(call))));
            Assert.All(Calls.Zip(heard.Calls), pair => Assert.Equal(pair.First.Id ?? pair.Second.CallId, pair.Second.CallId));
            Assert.Equal(heard.Calls.Count, heard.Calls.Select(call => call.CallId).Distinct().Count());
            Assert.Equal(Opaque, heard.Opaque.Select(opaque => opaque.Data));
            Assert.Equal(Usage, heard.Usage.Count == 0 ? null : heard.Usage.Single());
            Assert.Equal(Finish is null ? [] : [new ChatFinishReason(Finish)], heard.Reasons);
        }
    }
}
