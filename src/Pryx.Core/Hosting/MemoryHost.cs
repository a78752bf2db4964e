using Pryx.Agent.Tools;
using Pryx.Core.Commands;
using Pryx.Core.Memory;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>Memory, as the rest of Core sees it: its tools, what a session is told, and the words of a chat. Nothing is read before it is needed.</summary>
internal sealed class MemoryHost(PryxCore core)
{
    private bool IsOn => core.Config.Bool("memory_enabled");

    public MemoryDesk Desk => field ??= new(
        new MemoryPlaces(core.Options.Paths), async cancellationToken => (await core.StoreAsync(cancellationToken)).Database, async cancellationToken => (await core.StoreAsync(cancellationToken)).Trust, core.Options.Time);

    public IReadOnlyList<ITool> Tools => IsOn ? [new MemoryWriteTool(Desk), new MemorySearchTool(Desk)] : [];

    /// <summary>A file that can not be read is the user's to see to; it keeps no session from beginning.</summary>
    public async Task<string?> PromptAsync(ToolScope scope, CancellationToken cancellationToken)
    {
        try
        {
            return IsOn ? MemoryPrompt.Of(await Desk.ListAsync(scope, cancellationToken)) : null;
        }
        catch (PryxException e)
        {
            core.Options.OnWarning($"{e.Message} Nothing of it is told to the model.");
            return null;
        }
    }

    /// <summary><c>/memory</c>.</summary>
    public IReadOnlyList<ChatWord> Words =>
    [
        new("memory", "[words]", "What is remembered of you and this folder", async (query, scope, cancellationToken) =>
        {
            var found = await Desk.SearchAsync(query, scope, 50, cancellationToken);
            var text = found.Count == 0 ? "Nothing is remembered." : string.Join('\n', found.Select(static placed => $"{placed.Entry.Id}  {placed.Entry.Text}{(placed.Entry.Untrusted is { } source ? $" (taken from {source}: untrusted)" : "")}"));
            return request => ChatWord.Say(request, text);
        }),
    ];
}
