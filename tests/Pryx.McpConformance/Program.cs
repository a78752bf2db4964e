using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.McpConformance;

// The official suite starts this once for each scenario: the server's URL is the last argument, the rest comes in the environment.
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: Pryx.McpConformance URL, started by @modelcontextprotocol/conformance (see eng/conformance)");
    return 2;
}
var settings = Settings.OfProcess;
using var context = JsonDocument.Parse(settings.FromEnvironment("MCP_CONFORMANCE_CONTEXT") ?? "{}");
using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(25), TimeProvider.System);
await using var scenario = new Scenario(settings.FromEnvironment("MCP_CONFORMANCE_SCENARIO") ?? "initialize", new(args[^1]), context.RootElement, settings);
return await scenario.RunAsync(limit.Token);
