using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Testing;

namespace Pryx.Core.Tests.Hosting;

/// <summary>The web UI's types are those of the protocol: <c>web/src/api/types.ts</c> is made from the routes and the events.</summary>
public sealed class WebTypesTests
{
    private static readonly JsonTypeInfo[] Payloads =
    [
        ProtocolJson.Default.PryxEvent, ProtocolJson.Default.TurnQueuedPayload, ProtocolJson.Default.TurnStartedPayload, ProtocolJson.Default.TurnParkedPayload, ProtocolJson.Default.TurnEndedPayload,
        ProtocolJson.Default.StepCompletedPayload, ProtocolJson.Default.ToolRequestPayload, ProtocolJson.Default.ToolExecutingPayload, ProtocolJson.Default.ToolCompletePayload,
        ProtocolJson.Default.ApprovalResolvedPayload, ProtocolJson.Default.ApprovalReviewedPayload, ProtocolJson.Default.MessageDeltaPayload, ProtocolJson.Default.ToolOutputPayload,
        ProtocolJson.Default.StepRetryingPayload, ProtocolJson.Default.AgentPayload, ProtocolJson.Default.UndonePayload, ProtocolJson.Default.ErrorPayload, ProtocolJson.Default.SessionUpdatedPayload, ProtocolJson.Default.Item, ProtocolJson.Default.Approval,
    ];

    [Fact]
    public async Task The_types_of_the_web_are_those_of_the_protocol()
    {
        using var home = new TempHome();
        await using var core = new PryxCore(new CoreOptions { Paths = new PryxPaths(home.Home, home.Data), Settings = new Settings(static _ => null) });
        await using var gateway = await Gateway.StartAsync(core, new GatewayOptions { WorkingDirectory = home.Workspace }, TestContext.Current.CancellationToken);
        var now = Types(gateway.Routes.All);
        var path = Path.Combine(SourceTree.Root, "web", "src", "api", "types.ts");
        if (EnvironmentSettings.Read("PRYX_SNAPSHOT") == "1")
        {
            await File.WriteAllTextAsync(path, now, TestContext.Current.CancellationToken);
        }
        Assert.True(now == await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), "web/src/api/types.ts is not what the protocol says. Run this test with PRYX_SNAPSHOT=1, look at the difference, and build the web.");
    }

    private static string Types(IReadOnlyList<ApiRoute> routes)
    {
        var schemas = (JsonObject)OpenApiDocument.Of(routes, Product.Version)["components"]!["schemas"]!;
        var events = new OpenApiSchemas();
        foreach (var payload in Payloads)
        {
            events.Of(payload);
        }
        var answers = routes.Select(route => route.Response?.Type.Name).ToHashSet();
        var types = new TypeScript(routes.Select(route => route.Request?.Type.Name).OfType<string>().Where(name => !answers.Contains(name)).ToHashSet(), Resolve);
        foreach (var (name, schema) in schemas.Concat(events.All.Where(entry => !schemas.ContainsKey(entry.Key))).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            types.Add(name, schema!);
        }
        var names = typeof(EventNames).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal).Select(name => $"'{name}'");
        JsonNode? Resolve(string reference) => reference.Split('/').Skip(3).Aggregate<string, JsonNode?>(
            new JsonObject(schemas.Concat(events.All.Where(entry => !schemas.ContainsKey(entry.Key))).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
            static (node, part) => node is JsonArray list ? list[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)] : node?[part]);
        return $"// Made from the protocol by tests/Pryx.Core.Tests/Hosting/WebTypesTests.cs; do not edit.\n\n{types.Text}export type EventName =\n  | {string.Join("\n  | ", names)};\n";
    }
}
