using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Core.Audit;
using Pryx.Core.Backup;
using Pryx.Core.Http;
using Pryx.Core.Mcp.Definitions;

namespace Pryx.Core.Hosting;

/// <summary>Backups and imports, with what they touch of other slices.</summary>
internal sealed class BackupParts(PryxCore core, CoreStore store)
{
    public void Map(ApiRoutes routes, AuditLog audit)
    {
        var imports = new ImportDesk(core.Options.Paths, () => core.Secrets, TakeServer, () => core.Abilities.Mcp.Definitions.Home.Read().Servers.Select(static server => server.Name).ToHashSet(StringComparer.OrdinalIgnoreCase), core.Options.Time);
        new BackupEndpoints(core.Options.Paths, store.Database, () => core.Secrets, imports, audit, Product.Version).Map(routes);
    }

    private bool TakeServer(string name, JsonElement definition)
    {
        var offered = new JsonObject { ["mcpServers"] = new JsonObject { [name] = JsonObject.Create(definition) } };
        using var document = JsonDocument.Parse(offered.ToJsonString());
        return McpImport.Take(core.Abilities.Mcp.Definitions.Home, document.RootElement).Added.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
