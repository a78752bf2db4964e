using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Sessions;
using Pryx.Host;
using Pryx.Protocol.Costs;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary><c>pryx run --estimate</c>: what the prompt's first model call would cost, and no call.</summary>
internal static class RunEstimate
{
    public static async Task<int> ShowAsync(CommandIo io, RunOptions options, CancellationToken cancellationToken)
    {
        var session = await FindSessionAsync(io, options, cancellationToken);
        var query = new StringBuilder($"text_bytes={Encoding.UTF8.GetByteCount(options.Prompt ?? "")}&images={options.Attachments.Count}&workspace={Uri.EscapeDataString(options.Workspace)}");
        if (options.Model is { } model)
        {
            query.Append(CultureInfo.InvariantCulture, $"&model={Uri.EscapeDataString(model)}");
        }
        if (session is not null)
        {
            query.Append(CultureInfo.InvariantCulture, $"&session={session}");
        }
        return await ApiCall.RunAsync(io, async (api, token) =>
        {
            var estimate = await api.CallAsync("GET", $"/api/v1/cost/estimate?{query}", null, CostJson.Default.CallEstimate, token);
            io.Out.WriteLine(options.IsJson ? JsonSerializer.Serialize(estimate, CostJson.Default.CallEstimate) : Text(estimate));
            return ExitCodes.Ok;
        }, cancellationToken);
    }

    private static async Task<string?> FindSessionAsync(CommandIo io, RunOptions options, CancellationToken cancellationToken)
    {
        if (options.Session is null && !options.Continues)
        {
            return null;
        }
        await using var client = await io.ConnectAsync(new ConnectOptions(options.IsLocal, options.Workspace), cancellationToken);
        return options.Session is { } id
            ? (await SessionLookup.FindAsync(client, id, cancellationToken)).Id.ToString()
            : (await client.FindLatestSessionAsync(options.Workspace, cancellationToken))?.Id.ToString();
    }

    private static string Text(CallEstimate estimate)
    {
        var cost = estimate is { TypicalUsd: { } typical, WorstUsd: { } worst }
            ? string.Create(CultureInfo.InvariantCulture, $"about ${typical:0.00##} with a reply of 1,000 tokens, at most ${worst:0.00##} with one of {estimate.OutputLimit:N0}")
            : "its price is not known";
        return string.Create(CultureInfo.InvariantCulture, $"{SafeText.Line(estimate.Model)}: about {estimate.InputTokens:N0} tokens of input, {cost}. Each further step of the turn sends them again.");
    }
}
