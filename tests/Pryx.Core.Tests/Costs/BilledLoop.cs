using System.Text;
using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Costs;

/// <summary>
/// A provider whose model calls a tool for ever, and who bills what its price list says: tokens counted its own way (up to one for each
/// byte), up to every token of output that it was allowed, also of replies that were cut off on the way.
/// </summary>
internal sealed class BilledLoop(int seed)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly double _tokensPerByte = new[] { 0.2, 0.33, 0.5, 1.0 }[seed % 4];
    private decimal _billed;
    private int _failuresInRow;

    public bool IsAnthropic { get; } = seed % 2 == 1;
    public ModelPrice Price { get; } = PriceOf(new Random(seed * 7919));

    /// <summary>What the provider will ask for, USD.</summary>
    public decimal Billed { get { lock (_gate) { return _billed; } } }
    public int Answered { get; private set; }

    /// <summary>Told of every request, with its number; what it returns is played instead of the loop.</summary>
    public Func<int, bool> Hangs { get; set; } = static _ => false;

    public ScriptedReply Answer(FakeRequest request)
    {
        lock (_gate)
        {
            var number = ++Answered;
            var allowed = Allowed(request.Body);
            var kind = _random.Next(100);
            var mayFail = _failuresInRow < 2;
            if (kind < 6 && mayFail)
            {
                // Refused at the door: nothing is billed.
                _failuresInRow++;
                return Fails(kind < 3 ? 429 : 500);
            }
            var usage = UsageOf(request, allowed);
            _billed += Price.CostOf(usage);
            if (Hangs(number))
            {
                return Says("Let me think") with { Hangs = true };
            }
            if (kind < 14 && mayFail)
            {
                _failuresInRow++;
                return Says("half of", " a reply") with { Usage = usage, Trouble = new() { CutAt = kind < 10 ? StreamPoint.MidText : StreamPoint.BeforeEnd } };
            }
            if (kind < 18 && mayFail)
            {
                // Counted to the end, and the count never arrives.
                _failuresInRow++;
                return Says("half") with { Usage = usage, Trouble = new() { ErrorAt = StreamPoint.BeforeEnd } };
            }
            _failuresInRow = 0;
            return Calls(("update_plan", """{"steps":[{"step":"again","status":"pending"}]}""")) with { Usage = usage, Reasoning = null };
        }
    }

    private TokenUsage UsageOf(FakeRequest request, int allowed)
    {
        var input = (long)Math.Ceiling(Bytes(request.Body) * _tokensPerByte);
        var output = _random.Next(3) == 0 ? allowed : _random.Next(1, allowed + 1);
        var cached = IsAnthropic || _random.Next(2) == 0 ? (long)(input * _random.NextDouble() * 0.9) : 0;
        var written = IsAnthropic ? (long)((input - cached) * _random.NextDouble()) : 0;
        var reasoning = _random.Next(2) == 0 ? _random.Next(0, output + 1) : 0;
        return new(input, output, cached, written, reasoning);
    }

    // What the wire lets a budget decide: without it the provider would write as much as it likes.
    private static int Allowed(JsonElement body)
    {
        foreach (var name in new[] { "max_completion_tokens", "max_tokens", "max_output_tokens" })
        {
            if (body.TryGetProperty(name, out var limit))
            {
                return limit.GetInt32();
            }
        }
        return 100_000;
    }

    private static long Bytes(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetByteCount(element.GetString()!),
        JsonValueKind.Array => element.EnumerateArray().Sum(Bytes),
        JsonValueKind.Object => element.EnumerateObject().Sum(property => Bytes(property.Value)),
        _ => 0,
    };

    private static ModelPrice PriceOf(Random random)
    {
        // Dear enough that a dozen calls are felt.
        var scale = Math.Pow(10, random.NextDouble() * 1.2);
        var price = Flat(random, scale) with { Request = random.Next(4) == 0 ? Amount(random, 0, 0.003) : 0 };
        if (random.Next(2) == 0)
        {
            // A higher tier need not be the dearer one.
            price = price with
            {
                Tiers = [.. Enumerable.Range(1, random.Next(1, 3)).Select(tier => new PriceTier(tier * random.Next(500, 3000), Flat(random, scale * (0.5 + random.NextDouble() * 2))))],
            };
        }
        return price;
    }

    private static ModelPrice Flat(Random random, double scale) => new(
        Amount(random, 0.2 * scale, 5 * scale), Amount(random, 0.5 * scale, 25 * scale),
        random.Next(2) == 0 ? Amount(random, 0.02 * scale, 2 * scale) : null,
        random.Next(2) == 0 ? Amount(random, 0.2 * scale, 8 * scale) : null)
    {
        Reasoning = random.Next(3) == 0 ? Amount(random, 0.5 * scale, 40 * scale) : null,
    };

    private static decimal Amount(Random random, double from, double to) => decimal.Round((decimal)(from + random.NextDouble() * (to - from)), 5);
}
