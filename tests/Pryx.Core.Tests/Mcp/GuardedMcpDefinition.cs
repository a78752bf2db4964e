using Pryx.Core.Mcp;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

internal static class GuardedMcpDefinition
{
    public static McpServer Definition(this GuardedMcp fake, string name = "linear") => new(name, McpTransport.Http) { Url = fake.Address };
}
