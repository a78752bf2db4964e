using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol.Client;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary>Two sessions side by side: usually one and what it was copied into.</summary>
internal sealed class SessionComparison(IPryxClient client, CommandIo io)
{
    public async Task<int> RunAsync(string first, string second, bool isJson, CancellationToken cancellationToken)
    {
        var (one, two) = (await SessionLookup.FindAsync(client, first, cancellationToken), await SessionLookup.FindAsync(client, second, cancellationToken));
        var (ofOne, ofTwo) = (Said(await client.GetItemsAsync(one.Id, cancellationToken)), Said(await client.GetItemsAsync(two.Id, cancellationToken)));
        var shared = ofOne.Zip(ofTwo).TakeWhile(static pair => pair.First == pair.Second).Count();
        var sides = new ComparedSessions(shared, Side(one, ofOne[shared..]), Side(two, ofTwo[shared..]));
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(sides, ComparisonJson.Default.ComparedSessions));
            return ExitCodes.Ok;
        }
        io.Out.WriteLine(shared == 0 ? "They have no message in common." : $"They share their first {shared} messages.");
        Show(sides.One);
        Show(sides.Two);
        return ExitCodes.Ok;
    }

    private void Show(ComparedSession side)
    {
        io.Out.WriteLine();
        io.Out.WriteLine(io.OutStyle.Bold($"{side.Id[..8]}  {SafeText.Line(side.Title, 100)}"));
        io.Out.WriteLine(io.OutStyle.Dim(string.Create(CultureInfo.InvariantCulture, $"{SafeText.Line(side.Model ?? "no model yet")} · {side.MessageCount} messages · ${side.TotalCostUsd:0.00####} in all")));
        foreach (var message in side.Own)
        {
            io.Out.WriteLine($"{(message.Role == "user" ? "> " : "  ")}{SafeText.Line(message.Text, 300)}");
        }
        if (side.Own.Count == 0)
        {
            io.Out.WriteLine("  (nothing of its own)");
        }
    }

    private static ComparedSession Side(Session session, IReadOnlyList<ComparedMessage> own) => new(session.Id.ToString(), session.Title, session.Model, session.MessageCount, session.TotalCostUsd, own);

    private static List<ComparedMessage> Said(IReadOnlyList<Item> items) =>
        [.. items.Where(static item => item is UserMessage or Reply).Select(static item => item is UserMessage user ? new ComparedMessage("user", user.Text) : new ComparedMessage("assistant", ((Reply)item).Text))];
}

internal sealed record ComparedMessage(string Role, string Text);

/// <param name="Own">What was said after the two had parted.</param>
internal sealed record ComparedSession(string Id, string Title, string? Model, long MessageCount, decimal TotalCostUsd, IReadOnlyList<ComparedMessage> Own);

internal sealed record ComparedSessions(int SharedMessages, ComparedSession One, ComparedSession Two);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ComparedSessions))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
