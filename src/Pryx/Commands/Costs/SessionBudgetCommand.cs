using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Sessions;
using Pryx.Protocol.Costs;
using Pryx.Terminal;

namespace Pryx.Commands.Costs;

/// <summary><c>pryx session budget ID [USD]</c>: what one session may cost.</summary>
internal static class SessionBudgetCommand
{
    public static Command Create(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "The id, or at least its first 4 characters" };
        var usd = new Argument<string?>("USD") { Arity = ArgumentArity.ZeroOrOne, Description = "At most so much; none for no limit, default for the configured one; leave it out to see how it stands" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("budget", "See or set what one session may cost") { id, usd, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var amount = parsed.GetValue(usd);
            var body = new SetSessionBudget(amount is null or "default" ? null : BudgetCommand.Amount(amount, "pryx session budget ID"));
            var session = "";
            // Found by the client, which knows sessions that have cost nothing yet.
            await ClientCommand.RunAsync(io, async (client, token) =>
            {
                session = (await SessionLookup.FindAsync(client, parsed.GetValue(id)!, token)).Id.ToString();
                return ExitCodes.Ok;
            }, cancellationToken);
            return await ApiCall.RunAsync(io, async (api, token) =>
            {
                var report = amount is null
                    ? await api.CallAsync("GET", $"/api/v1/cost/budget?session={session}", null, CostJson.Default.BudgetReport, token)
                    : await api.CallAsync("PUT", $"/api/v1/cost/sessions/{session}/budget", JsonSerializer.Serialize(body, CostJson.Default.SetSessionBudget), CostJson.Default.BudgetReport, token);
                if (parsed.GetValue(json))
                {
                    io.Out.WriteLine(JsonSerializer.Serialize(report, CostJson.Default.BudgetReport));
                    return ExitCodes.Ok;
                }
                BudgetText.Show(io, report);
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx session budget 3f2a 2.50");
    }
}
