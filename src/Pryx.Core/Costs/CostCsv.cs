using System.Globalization;
using System.Text;
using Pryx.Protocol.Costs;

namespace Pryx.Core.Costs;

/// <summary>Reports as CSV (RFC 4180): a line of names, amounts in USD with a point.</summary>
internal static class CostCsv
{
    private const string SumNames = "cost_usd,estimated_usd,calls,unpriced_calls,estimated_calls,input_tokens,output_tokens,cached_tokens,cache_write_tokens,reasoning_tokens,estimated_tokens";

    public static string Of(CostSummary summary) => Lines($"period,{SumNames}", [$"total,{Of(summary.Total)}", $"today,{Of(summary.Today)}", $"month,{Of(summary.Month)}"]);

    public static string Of(DailyCosts daily) => Lines($"date,{SumNames}", daily.Days.Select(static day => $"{day.Date},{Of(day.Sum)}"));

    public static string Of(MonthlyCosts monthly) => Lines($"month,{SumNames}", monthly.Months.Select(static month => $"{month.Month},{Of(month.Sum)}"));

    public static string Of(ModelCosts models) => Lines($"model,{SumNames}", models.Models.Select(static model => $"{Field(model.Model)},{Of(model.Sum)}"));

    public static string Of(AgentCosts agents) => Lines($"agent,runs,{SumNames}", agents.Agents.Select(static agent => $"{Field(agent.Agent)},{agent.Runs},{Of(agent.Sum)}"));

    public static string Of(SessionCosts sessions) => Lines(
        $"session,title,last_at,{SumNames}",
        sessions.Sessions.Select(static line => $"{line.SessionId},{Field(line.Title ?? "")},{line.LastAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)},{Of(line.Sum)}"));

    public static string Of(BudgetReport budget) => Lines(
        "scope,key,limit_usd,spent_usd,reserved_usd,left_usd,percent",
        budget.Scopes.Select(static scope => $"{scope.Scope},{scope.Key},{Number(scope.LimitUsd)},{Number(scope.SpentUsd)},{Number(scope.ReservedUsd)},{Number(scope.LeftUsd)},{Number(scope.Percent)}"));

    public static string Of(Pricing pricing) => Lines(
        "provider,model,input_usd_per_million,output_usd_per_million,cache_read_usd_per_million,cache_write_usd_per_million,reasoning_usd_per_million,request_usd",
        pricing.Models.Select(static model => $"{Field(model.Provider)},{Field(model.Model)},{Number(model.Price?.Input)},{Number(model.Price?.Output)},{Number(model.Price?.CacheRead)},{Number(model.Price?.CacheWrite)},{Number(model.Price?.Reasoning)},{Number(model.Price?.Request)}"));

    public static string Of(CostAdvice advice) => Lines(
        "kind,title,text,saves_usd", advice.Suggestions.Select(static suggestion => $"{suggestion.Kind},{Field(suggestion.Title)},{Field(suggestion.Text)},{Number(suggestion.SavesUsd)}"));

    private static string Of(CostSum sum) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Number(sum.CostUsd)},{Number(sum.EstimatedUsd)},{sum.Calls},{sum.UnpricedCalls},{sum.EstimatedCalls},{sum.InputTokens},{sum.OutputTokens},{sum.CachedTokens},{sum.CacheWriteTokens},{sum.ReasoningTokens},{sum.EstimatedTokens}");

    private static string Number(decimal? number) => number?.ToString("0.##########", CultureInfo.InvariantCulture) ?? "";

    // A cell that begins like a formula would be run by the spreadsheet that opens the file.
    private static string Field(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Lines(string names, IEnumerable<string> lines)
    {
        var text = new StringBuilder(names).Append("\r\n");
        foreach (var line in lines)
        {
            text.Append(line).Append("\r\n");
        }
        return text.ToString();
    }
}
