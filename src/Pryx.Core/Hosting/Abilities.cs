using Pryx.Core.Tools;

namespace Pryx.Core.Hosting;

/// <summary>What a user adds to Pryx without rebuilding it: MCP servers, skills. Each part is made when it is first needed.</summary>
public sealed class Abilities(PryxCore core) : IAsyncDisposable
{
    /// <summary>In the order in which their tools are declared.</summary>
    internal IReadOnlyList<IToolSource> Sources { get; } = [];

    public PryxCore Core { get; } = core;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
