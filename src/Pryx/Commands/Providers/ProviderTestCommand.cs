using System.CommandLine;
using System.Globalization;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary><c>pryx provider test</c>: one real call, the cheapest there is.</summary>
internal static class ProviderTestCommand
{
    public static Command Create(CommandIo io)
    {
        var name = ProviderCommand.Name();
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("test", "Ask the provider by one cheap call whether it takes the key; costs nothing") { name, json };
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var provider = await api.FindAsync(parsed.GetValue(name)!, token);
            var test = await api.TestAsync(provider.Id, null, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(test, ProvidersJson.Default.ProviderTest);
                return test.Ok ? ExitCodes.Ok : ExitCodes.Failed;
            }
            if (!test.Ok)
            {
                throw new PryxException("TEST_FAILED", test.Reason ?? $"{provider.Name} does not work.");
            }
            io.Out.WriteLine(Line(io.OutStyle, test));
            if (test.Account is { } account)
            {
                WriteAccount(io, account);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider test openai\npryx provider test openrouter --json");
    }

    /// <summary>What a test that went well has shown.</summary>
    public static string Line(Style style, ProviderTest test) => string.Create(CultureInfo.InvariantCulture,
        $"{style.Green("✓")} {SafeText.Line(test.Name)} works ({test.LatencyMs} ms{(test.Models is { } models ? $", {models} {(models == 1 ? "model" : "models")}" : "")})");

    private static void WriteAccount(CommandIo io, ProviderAccount account)
    {
        if (account.Label is { } label)
        {
            io.Out.WriteLine($"  Key: {SafeText.Line(label, 100)}{(account.IsFreeTier ? " (free tier)" : "")}");
        }
        if (account.Used is { } used)
        {
            io.Out.WriteLine($"  Used: {Money(used)}");
        }
        io.Out.WriteLine(account.Limit is { } limit ? $"  Limit: {Money(limit)}{(account.Remaining is { } left ? $", {Money(left)} left" : "")}" : "  Limit: none");
    }

    private static string Money(decimal amount) => amount.ToString("$0.00##", CultureInfo.InvariantCulture);
}
