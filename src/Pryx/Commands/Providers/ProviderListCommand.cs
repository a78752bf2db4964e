using System.CommandLine;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary><c>pryx provider list</c>: what is set up, and what could be. Only the whole list looks for a newer catalog.</summary>
internal static class ProviderListCommand
{
    private const int ShownAvailable = 12;

    public static Command Create(CommandIo io)
    {
        var available = new Option<bool>("--available", "-a") { Description = "Also every provider that could be added" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "The providers that are set up, where their keys come from, which one is active") { available, json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var list = await api.CallAsync("GET", parsed.GetValue(available) ? "/api/v1/providers?refresh=true" : "/api/v1/providers", null, ProvidersJson.Default.ProviderList, token);
            if (list.Warning is { } warning)
            {
                io.Warn(warning);
            }
            if (parsed.GetValue(json))
            {
                io.WriteJson(parsed.GetValue(available) ? list : list with { Providers = [.. list.Providers.Where(IsSetUp)] }, ProvidersJson.Default.ProviderList);
                return ExitCodes.Ok;
            }
            WriteConfigured(io, [.. list.Providers.Where(IsSetUp).OrderByDescending(static provider => provider.Active)]);
            WriteAvailable(io, [.. list.Providers.Where(static provider => !IsSetUp(provider))], isWhole: parsed.GetValue(available));
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider list\npryx provider list --available\npryx provider list --json");
    }

    private static bool IsSetUp(ProviderBody provider) => provider.Added || provider.Active || provider.KeySource is not null || provider.SigninEnded;

    private static void WriteConfigured(CommandIo io, List<ProviderBody> providers)
    {
        var style = io.OutStyle;
        io.Out.WriteLine(style.Bold("Configured Providers:"));
        if (providers.Count == 0)
        {
            io.Out.WriteLine("  none yet. Add one: pryx provider add NAME");
        }
        foreach (var provider in providers)
        {
            var mark = provider.Configured ? style.Green("✓") : style.Yellow("○");
            io.Out.WriteLine($"  {mark} {SafeText.Line(provider.Name)}{(provider.Active ? style.Green(" [ACTIVE]") : "")} {style.Dim($"({provider.Id})")}");
            io.Out.WriteLine($"    API Key: {KeyOf(provider)}");
            io.Out.WriteLine($"    URL: {SafeText.Line(provider.BaseUrl ?? "not set yet")}");
        }
    }

    private static void WriteAvailable(CommandIo io, List<ProviderBody> providers, bool isWhole)
    {
        if (providers.Count == 0)
        {
            return;
        }
        io.Out.WriteLine();
        io.Out.WriteLine(io.OutStyle.Bold("Available Providers:"));
        var shown = isWhole ? providers : [.. providers.Take(ShownAvailable)];
        var width = shown.Max(static provider => provider.Id.Length);
        foreach (var provider in shown)
        {
            io.Out.WriteLine($"  {provider.Id.PadRight(width)}  {io.OutStyle.Dim(SafeText.Line(provider.Name) + (provider.RequiresApiKey ? "" : ", needs no key"))}");
        }
        if (shown.Count < providers.Count)
        {
            io.Out.WriteLine(io.OutStyle.Dim($"  … and {providers.Count - shown.Count} more: pryx provider list --available"));
        }
    }

    private static string KeyOf(ProviderBody provider) => provider switch
    {
        { SigninEnded: true } => $"sign-in ended; sign in again: pryx provider oauth {provider.Id}",
        { KeySource: "env", KeyVariable: { } variable } => $"configured (env: {variable})",
        { KeySource: ".env", KeyVariable: { } variable } => $"configured (.env: {variable})",
        { KeySource: "oauth" } => "configured (OAuth)",
        { KeySource: { } source } => $"configured ({source})",
        { RequiresApiKey: false } => "not needed",
        _ => $"not configured (pryx provider set-key {provider.Id})",
    };
}
