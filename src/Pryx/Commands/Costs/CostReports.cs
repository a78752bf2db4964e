using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Costs;

/// <summary>The reports on money: for people as tables, for programs as JSON or CSV.</summary>
internal sealed class CostReports(CommandIo io, ApiConnection api, CostWish wish, string query)
{
    private readonly Style _style = io.OutStyle;

    public static Task<int> RunAsync(CommandIo io, CostWish wish, Func<CostReports, CancellationToken, Task<int>> showAsync, CancellationToken cancellationToken) =>
        ApiCall.RunAsync(io, async (api, token) =>
        {
            var since = wish.SinceDay(io.Time.GetUtcNow());
            var session = wish.Session is { } id ? await FindSessionAsync(api, id, token) : null;
            return await showAsync(new CostReports(io, api, wish, Query(("since", since), ("session", session))), token);
        }, cancellationToken);

    public Task<int> SummaryAsync(CancellationToken cancellationToken) => ShowAsync("summary", "", CostJson.Default.CostSummary, summary =>
    {
        var sum = summary.Total;
        Head("Cost Summary");
        Fact("Total Cost", CostText.Usd4(sum.CostUsd));
        if (sum.EstimatedCalls > 0)
        {
            Fact("Estimated besides", $"{CostText.Usd4(sum.EstimatedUsd)} ({CostText.Count(sum.EstimatedCalls, "call")} without a provider's count)");
        }
        Fact("Total Input Tokens", CostText.Number(sum.InputTokens) + (sum.CachedTokens > 0 ? $" ({CostText.Number(sum.CachedTokens)} cached)" : ""));
        Fact("Total Output Tokens", CostText.Number(sum.OutputTokens) + (sum.ReasoningTokens > 0 ? $" ({CostText.Number(sum.ReasoningTokens)} reasoning)" : ""));
        Fact("Total Tokens", CostText.Number(sum.Tokens));
        Fact("Total Requests", CostText.Number(sum.Calls));
        Fact("Average Cost/Req", CostText.Usd4(sum.Calls == 0 ? 0 : sum.CostUsd / sum.Calls));
        Fact("Today", CostText.Usd4(summary.Today.CostUsd));
        Fact("This Month", CostText.Usd4(summary.Month.CostUsd));
        Unpriced(sum);
        if (summary.Models.Count > 0)
        {
            io.Out.WriteLine();
            Models(summary.Models);
        }
    }, cancellationToken);

    public Task<int> DailyAsync(int days, CancellationToken cancellationToken) => ShowAsync("daily", $"days={days}", CostJson.Default.DailyCosts, daily =>
    {
        Head($"Daily Costs ({CostText.Count(days, "day")}, UTC)");
        Periods("Date", daily.Days.Select(static day => (day.Date, day.Sum)));
    }, cancellationToken);

    public Task<int> MonthlyAsync(int months, CancellationToken cancellationToken) => ShowAsync("monthly", $"months={months}", CostJson.Default.MonthlyCosts, monthly =>
    {
        Head($"Monthly Costs ({CostText.Count(months, "month")}, UTC)");
        Periods("Month", monthly.Months.Select(static month => (month.Month, month.Sum)));
    }, cancellationToken);

    public Task<int> AgentsAsync(CancellationToken cancellationToken) => ShowAsync("agents", "", CostJson.Default.AgentCosts, agents =>
    {
        Head("Costs by Agent");
        if (agents.Agents.Count == 0)
        {
            io.Out.WriteLine("No agent was called yet.");
            return;
        }
        var table = new TextTable(io, new("Agent"), new("Runs", IsNumber: true, Rank: 1), new("Requests", IsNumber: true, Rank: 2), new("Tokens", IsNumber: true, Rank: 3), new("Total Cost", IsNumber: true));
        foreach (var (agent, runs, sum) in agents.Agents)
        {
            table.Add(SafeText.Line(agent, 64), CostText.Number(runs), CostText.Number(sum.Calls), CostText.Number(sum.Tokens), CostText.Of(sum));
        }
        table.Print();
        Unpriced(agents.Agents.Select(static agent => agent.Sum).Aggregate(CostSum.Nothing, CostSum.Add));
    }, cancellationToken);

    public Task<int> ModelsAsync(CancellationToken cancellationToken) => ShowAsync("models", "", CostJson.Default.ModelCosts, models =>
    {
        Head("Costs by Model");
        if (models.Models.Count == 0)
        {
            io.Out.WriteLine("No model was called yet.");
            return;
        }
        Models(models.Models);
    }, cancellationToken);

    public Task<int> SessionsAsync(CancellationToken cancellationToken) => ShowAsync("sessions", "", CostJson.Default.SessionCosts, sessions =>
    {
        Head("Costs by Session");
        if (sessions.Sessions.Count == 0)
        {
            io.Out.WriteLine("No model was called yet.");
            return;
        }
        var table = new TextTable(io, new("Session"), new("Title", Rank: 0), new("Last Used", Rank: 2), new("Requests", IsNumber: true, Rank: 1), new("Tokens", IsNumber: true), new("Total Cost", IsNumber: true));
        foreach (var line in sessions.Sessions)
        {
            table.Add(line.SessionId.ToString()[..8], line.Title ?? "(deleted)", line.LastAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), CostText.Number(line.Sum.Calls), CostText.Number(line.Sum.Tokens), CostText.Of(line.Sum));
        }
        table.Print();
    }, cancellationToken);

    public Task<int> PricingAsync(string? filter, CancellationToken cancellationToken) => ShowAsync("pricing", filter is null ? "" : $"q={Uri.EscapeDataString(filter)}", CostJson.Default.Pricing, pricing =>
    {
        Head("Model Pricing");
        if (pricing.Models.Count == 0)
        {
            io.Out.WriteLine(filter is null ? "The catalog is empty." : $"No model in the catalog is called '{SafeText.Line(filter, 60)}'.");
            return;
        }
        var table = new TextTable(io, new("Model"), new("Provider"), new("Input ($/1M)", IsNumber: true, Rank: 2), new("Output ($/1M)", IsNumber: true, Rank: 1), new("Input ($/1K)", IsNumber: true), new("Output ($/1K)", IsNumber: true));
        foreach (var model in pricing.Models)
        {
            table.Add(
                model.Model, model.Provider, CostText.Price(model.Price?.Input), CostText.Price(model.Price?.Output), CostText.Price(model.Price?.Input / 1000), CostText.Price(model.Price?.Output / 1000));
        }
        table.Print();
    }, cancellationToken);

    public Task<int> OptimizeAsync(CancellationToken cancellationToken) => ShowAsync("optimize", "", CostJson.Default.CostAdvice, advice =>
    {
        Head("Cost Optimization Suggestions");
        if (advice.Suggestions.Count == 0)
        {
            io.Out.WriteLine("No optimization suggestions available.");
            return;
        }
        foreach (var suggestion in advice.Suggestions)
        {
            var saves = suggestion.SavesUsd is { } usd ? _style.Green($" saves about {CostText.Usd(usd)} a month") : "";
            io.Out.WriteLine($"{_style.Cyan(SafeText.Line(suggestion.Kind))}  {_style.Bold(SafeText.Line(suggestion.Title))}{saves}");
            foreach (var line in TextLayout.Wrap(SafeText.Of(suggestion.Text), io.Size().Width - 2))
            {
                io.Out.WriteLine($"  {line}");
            }
        }
    }, cancellationToken);

    public Task<int> BudgetAsync(CancellationToken cancellationToken) => ShowAsync("budget", "", CostJson.Default.BudgetReport, budget => BudgetText.Show(io, budget), cancellationToken);

    private async Task<int> ShowAsync<T>(string report, string parameters, JsonTypeInfo<T> type, Action<T> show, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/cost/{report}?{string.Join('&', new[] { parameters, query }.Where(static part => part.Length > 0))}";
        if (wish.Format == "csv")
        {
            using var answer = await api.SendAsync("GET", path + "&format=csv", null, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                var error = JsonSerializer.Deserialize(text, ProtocolJson.Default.ErrorBody)!.Error;
                throw new PryxException(error.Code, error.Message, error.Next);
            }
            io.Out.Write(io.IsOutTerminal ? SafeText.Of(text.ReplaceLineEndings("\n")) : text);
            return ExitCodes.Ok;
        }
        var read = await api.CallAsync("GET", path, null, type, cancellationToken);
        if (wish.Format == "json")
        {
            io.Out.WriteLine(JsonSerializer.Serialize(read, type));
        }
        else
        {
            show(read);
        }
        return ExitCodes.Ok;
    }

    private void Periods(string name, IEnumerable<(string Period, CostSum Sum)> periods)
    {
        var table = new TextTable(io, new(name), new("Total Cost", IsNumber: true), new("Requests", IsNumber: true), new("Tokens", IsNumber: true));
        var total = CostSum.Nothing;
        foreach (var (period, sum) in periods)
        {
            total += sum;
            table.Add(period, CostText.Of(sum), CostText.Number(sum.Calls), CostText.Number(sum.Tokens));
        }
        table.Add("Total", CostText.Of(total), CostText.Number(total.Calls), CostText.Number(total.Tokens));
        table.Print();
        Unpriced(total);
    }

    private void Models(IReadOnlyList<ModelCost> models)
    {
        var table = new TextTable(io, new("Model"), new("Requests", IsNumber: true, Rank: 1), new("Input", IsNumber: true, Rank: 3), new("Cached", IsNumber: true, Rank: 4), new("Output", IsNumber: true, Rank: 2), new("Total Cost", IsNumber: true));
        foreach (var (model, sum) in models)
        {
            table.Add(model, CostText.Number(sum.Calls), CostText.Number(sum.InputTokens), CostText.Number(sum.CachedTokens), CostText.Number(sum.OutputTokens), CostText.Of(sum));
        }
        table.Print();
    }

    private void Head(string text) => io.Out.WriteLine(_style.Bold(text));

    private void Fact(string name, string value) => io.Out.WriteLine($"  {name + ":",-21}{value}");

    private void Unpriced(CostSum sum)
    {
        if (sum.UnpricedCalls > 0)
        {
            io.Out.WriteLine(_style.Yellow($"{CostText.Count(sum.UnpricedCalls, "call")} had no known price: what they cost is not in these numbers."));
        }
    }

    /// <summary>The id that begins like this; what is written itself when there is none, of which nothing was spent.</summary>
    internal static async Task<string?> FindSessionAsync(ApiConnection api, string id, CancellationToken cancellationToken)
    {
        if (SessionId.TryParse(id, out var whole))
        {
            return whole.ToString();
        }
        var sessions = (await api.CallAsync("GET", "/api/v1/cost/sessions?limit=1000", null, CostJson.Default.SessionCosts, cancellationToken)).Sessions;
        var matches = id.Length < 4 ? [] : sessions.Where(line => line.SessionId.ToString().StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches switch
        {
            [var one] => one.SessionId.ToString(),
            [] => Guid.Empty.ToString(),
            _ => throw new PryxException("SESSION_AMBIGUOUS", $"{matches.Count} sessions begin with '{SafeText.Line(id, 40)}'.", "type more of the id; pryx cost sessions --json shows them whole"),
        };
    }

    private static string Query(params (string Name, string? Value)[] parts) =>
        string.Join('&', parts.Where(static part => part.Value is not null).Select(static part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
}
