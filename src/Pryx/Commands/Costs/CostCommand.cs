using System.CommandLine;
using System.Globalization;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Costs;

/// <summary><c>pryx cost …</c>: what was spent, what may be spent, what models cost.</summary>
internal static class CostCommand
{
    private const int MostDays = 366;
    private const int MostMonths = 120;

    public static Command Create(CommandIo io)
    {
        var output = new CostOutput();
        var unknown = new Argument<string[]>("COMMAND") { Arity = ArgumentArity.ZeroOrMore, Hidden = true };
        var command = new Command("cost", "What was spent, what may be spent, what models cost")
        {
            Report(io, output, "summary", "Everything so far, today and this month", static (reports, token) => reports.SummaryAsync(token)),
            Daily(io, output), Monthly(io, output),
            Report(io, output, "models", "By model, the dearest first", static (reports, token) => reports.ModelsAsync(token)),
            Report(io, output, "agents", "By the agents that turns called, the dearest first", static (reports, token) => reports.AgentsAsync(token)),
            Report(io, output, "sessions", "By session, the latest first", static (reports, token) => reports.SessionsAsync(token)),
            BudgetCommand.Create(io, output), Pricing(io, output),
            Report(io, output, "optimize", "What would make it cheaper", static (reports, token) => reports.OptimizeAsync(token)),
        };
        output.AddTo(command);
        command.Arguments.Add(unknown);
        command.WithExamples("""
            pryx cost summary
            pryx cost daily 30 --csv > costs.csv
            pryx cost budget set --daily 5 --monthly 50
            pryx cost pricing claude
            """);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(unknown) is [{ } word, ..])
            {
                io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} Unknown cost command: {SafeText.Line(word, 60)}");
                io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} pryx cost --help");
                return ExitCodes.Usage;
            }
            command.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = io.Out, Error = io.Error });
            return ExitCodes.Usage;
        });
        return command;
    }

    private static Command Daily(CommandIo io, CostOutput output)
    {
        var days = new Argument<string?>("DAYS") { Arity = ArgumentArity.ZeroOrOne, Description = "How many, today included (default 7)" };
        var command = new Command("daily", "By day (UTC)") { days };
        command.SetAction((parsed, cancellationToken) => CostReports.RunAsync(
            io, output.Of(parsed), (reports, token) => reports.DailyAsync(Count(parsed.GetValue(days), 7, MostDays, "days"), token), cancellationToken));
        return command.WithExamples("pryx cost daily 30");
    }

    private static Command Monthly(CommandIo io, CostOutput output)
    {
        var months = new Argument<string?>("MONTHS") { Arity = ArgumentArity.ZeroOrOne, Description = "How many, this one included (default 1)" };
        var command = new Command("monthly", "By month (UTC)") { months };
        command.SetAction((parsed, cancellationToken) => CostReports.RunAsync(
            io, output.Of(parsed), (reports, token) => reports.MonthlyAsync(Count(parsed.GetValue(months), 1, MostMonths, "months"), token), cancellationToken));
        return command.WithExamples("pryx cost monthly 12 --json");
    }

    private static Command Pricing(CommandIo io, CostOutput output)
    {
        var filter = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "Part of a provider's or a model's name" };
        var command = new Command("pricing", "What models cost") { filter };
        command.SetAction((parsed, cancellationToken) => CostReports.RunAsync(io, output.Of(parsed), (reports, token) => reports.PricingAsync(parsed.GetValue(filter), token), cancellationToken));
        return command.WithExamples("pryx cost pricing gpt-4o");
    }

    private static Command Report(CommandIo io, CostOutput output, string name, string description, Func<CostReports, CancellationToken, Task<int>> showAsync)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, cancellationToken) => CostReports.RunAsync(io, output.Of(parsed), showAsync, cancellationToken));
        return command;
    }

    private static int Count(string? text, int ifAbsent, int most, string what) => text is null ? ifAbsent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most ? count
        : throw new PryxException("VALIDATION_ERROR", $"'{SafeText.Line(text, 40)}' is no number of {what} from 1 to {most}.");
}
