using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tests.Policy;

/// <summary>Requests and policies for the tables, over made-up places.</summary>
internal static class PolicyCase
{
    public const string Workspace = "/home/u/project";
    public const string Home = "/home/u";

    public static PolicyScope Scope { get; } = new()
    {
        Home = Home,
        DataDirectory = "/home/u/.pryx",
        ReadableRoots = ["/home/u/.pryx/tool-output"],
    };

    public static GrantSet Grants(params string[] rules) => new([.. rules.Select(rule => new Grant("--allow", ToolRule.ParseGrant(rule), IsStanding: false))], Home);

    public static GrantSet Standing(params string[] rules) => new([.. rules.Select(rule => new Grant("grant:1", ToolRule.ParseGrant(rule), IsStanding: true))], Home);

    public static PolicySet Under(PolicyMode mode, params string[] grants) => PolicySet.Create(mode, Scope, Grants(grants));

    public static ToolAccess Read(string path) => Path(AccessKind.Read, path);
    public static ToolAccess Write(string path) => Path(AccessKind.Write, path);
    public static ToolAccess Run(string command) => new(AccessKind.Execute, command);
    public static ToolAccess Connect(string host) => new(AccessKind.Network, host) { Method = "GET" };

    public static PolicyRequest Request(string tool, params ToolAccess[] accesses) =>
        new(tool, new ToolPlan("test", accesses), new SessionId(Guid.Empty), Workspace, Provenance.User);

    public static PolicyRequest Tainted(this PolicyRequest request) => request with { Taint = Provenance.Untrusted, TaintSource = "https://evil.example" };

    public static PolicyRequest Unclear(this PolicyRequest request) => request with { Plan = request.Plan with { Unclear = "The command could not be parsed." } };

    private static ToolAccess Path(AccessKind kind, string path) => new(kind, path)
    {
        IsInsideWorkspace = path == Workspace || path.StartsWith(Workspace + "/", StringComparison.Ordinal),
    };
}
