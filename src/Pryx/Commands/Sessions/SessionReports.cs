using System.Globalization;
using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary>What is read of sessions: for people as text, for programs as JSON.</summary>
internal sealed class SessionReports(IPryxClient client, CommandIo io)
{
    private readonly Style _style = io.OutStyle;

    public async Task<int> ListAsync(int limit, bool isJson, CancellationToken cancellationToken)
    {
        var sessions = await client.ListSessionsAsync(limit, cancellationToken);
        if (isJson)
        {
            return Print(JsonSerializer.Serialize(sessions, ProtocolJson.Default.IReadOnlyListSession));
        }
        if (sessions.Count == 0)
        {
            return Print("No sessions yet. Start one: pryx run \"what to do\"");
        }
        var now = io.Time.GetUtcNow();
        var titleWidth = Math.Clamp(io.Size().Width - 54, 16, 60);
        foreach (var (session, depth) in ByParent(sessions))
        {
            var title = $"{new string(' ', depth * 2)}{(depth > 0 ? "└ " : "")}" + SafeText.Line(session.Title, titleWidth) + (session.ArchivedAt is null ? "" : _style.Dim(" (archived)"));
            Print(string.Create(CultureInfo.InvariantCulture,
                $"{_style.Cyan(session.Id.ToString()[..8])}  {RelativeTime.Of(session.UpdatedAt, now),-12}  {session.MessageCount,5:N0} msg  ${session.TotalCostUsd,-8:0.00##}  {(session.Mode == "plan" ? _style.Yellow("[plan] ") : "")}{title}"));
        }
        return ExitCodes.Ok;
    }

    // What was copied from a session, or helps it, stands below it; the order stays that of the newest of each family's first.
    private static List<(Session Session, int Depth)> ByParent(IReadOnlyList<Session> sessions)
    {
        var known = sessions.Select(static session => session.Id).ToHashSet();
        var children = sessions.Where(session => session.ParentId is { } parent && parent != session.Id && known.Contains(parent)).ToLookup(static session => session.ParentId!.Value);
        var listed = new List<(Session, int)>(sessions.Count);
        var seen = new HashSet<SessionId>();
        foreach (var root in sessions.Where(session => session.ParentId is not { } parent || !known.Contains(parent)))
        {
            Add(root, 0);
        }
        return listed;

        void Add(Session session, int depth)
        {
            if (seen.Add(session.Id))
            {
                listed.Add((session, depth));
                foreach (var child in children[session.Id])
                {
                    Add(child, Math.Min(depth + 1, 8));
                }
            }
        }
    }

    public async Task<int> ShowAsync(string id, bool isJson, bool isFull, CancellationToken cancellationToken)
    {
        var session = await SessionLookup.FindAsync(client, id, cancellationToken);
        if (session.ArchivedAt is { } since)
        {
            return isJson ? Print(JsonSerializer.Serialize(session, ProtocolJson.Default.Session))
                : Print($"{_style.Bold(SafeText.Line(session.Title, 200))}\nArchived {RelativeTime.Of(since, io.Time.GetUtcNow())}.{(session.Summary is { } about ? $"\n{SafeText.Of(about)}" : "")}\nBring it back: pryx session unarchive {session.Id.ToString()[..8]}");
        }
        var items = await client.GetItemsAsync(session.Id, cancellationToken);
        if (isJson)
        {
            io.Out.Write(SessionExport.ToJson(session, items));
            return ExitCodes.Ok;
        }
        Print(_style.Bold(SafeText.Line(session.Title, 200)));
        Print($"Session {session.Id} · {SafeText.Line(session.Model ?? "no model yet")} · updated {RelativeTime.Of(session.UpdatedAt, io.Time.GetUtcNow())}");
        if (session.Mode == "plan")
        {
            Print("Plan mode: the agent reads and asks, and acts once its plan is approved");
        }
        if (session.Workspace is { } folder)
        {
            Print($"Folder {SafeText.Line(folder)}");
        }
        Print(string.Create(CultureInfo.InvariantCulture,
            $"{session.Usage.Input:N0} in ({session.Usage.Cached:N0} cached) · {session.Usage.Output:N0} out · ${session.TotalCostUsd:0.00####}"));
        if (session.ParentId is { } origin)
        {
            Print($"Copied from, or helps, {origin.ToString()[..8]}");
        }
        foreach (var item in items)
        {
            ShowItem(item, isFull);
        }
        return ExitCodes.Ok;
    }

    public async Task<int> SearchAsync(string query, int limit, bool isJson, CancellationToken cancellationToken)
    {
        var hits = await client.SearchSessionsAsync(query, limit, cancellationToken);
        if (isJson)
        {
            return Print(JsonSerializer.Serialize(hits, ProtocolJson.Default.IReadOnlyListSessionHit));
        }
        if (hits.Count == 0)
        {
            return Print($"Nothing found for \"{SafeText.Line(query, 100)}\". All words must occur in one item; try fewer of them.");
        }
        var now = io.Time.GetUtcNow();
        foreach (var hit in hits)
        {
            Print($"{_style.Cyan(hit.SessionId.ToString()[..8])}  {RelativeTime.Of(hit.UpdatedAt, now),-12}  {SafeText.Line(hit.Title, 60)}");
            Print($"          {_style.Dim(hit.ItemType + ":")} {Marked(SafeText.Line(hit.Snippet, 300))}");
        }
        return ExitCodes.Ok;
    }

    public async Task<int> ExportAsync(string id, string format, string? output, CancellationToken cancellationToken)
    {
        var session = await SessionLookup.FindAsync(client, id, cancellationToken);
        var items = await client.GetItemsAsync(session.Id, cancellationToken);
        var text = format == "json" ? SessionExport.ToJson(session, items) : SessionExport.ToMarkdown(session, items);
        if (output is null or "-")
        {
            io.Out.Write(io.IsOutTerminal ? SafeText.Of(text) : text);
            return ExitCodes.Ok;
        }
        var path = Path.GetFullPath(output, io.WorkingDirectory);
        await File.WriteAllTextAsync(path, text, cancellationToken);
        io.Error.WriteLine($"Wrote {items.Count:N0} items to {SafeText.Line(path)}");
        return ExitCodes.Ok;
    }

    private void ShowItem(Item item, bool isFull)
    {
        switch (item)
        {
            case UserMessage user:
                Print($"\n{_style.Bold("You:")} {Body(user.Text)}");
                break;
            case Reply reply:
                Print($"\n{_style.Bold("Pryx:")} {Body(reply.Text)}{(reply.IsPartial ? _style.Dim(" (cut off)") : "")}");
                break;
            case Reasoning { Text.Length: > 0 } reasoning when isFull:
                Print(_style.Dim($"\n{Body(reasoning.Text)}"));
                break;
            case ToolCall call:
                Print($"{_style.Cyan("●")} {SafeText.Line(call.Name)} {SafeText.Line(call.Arguments, isFull ? 20_000 : 200)}");
                break;
            case ToolResult result when isFull:
                Print($"  {result.Status.ToString().ToLowerInvariant()}:\n{Body(result.Output)}");
                break;
            case ToolResult result:
                Print(_style.Dim($"  ⎿ {result.Status.ToString().ToLowerInvariant()}: {SafeText.Line(result.Output, 120)}"));
                break;
            case ApprovalRecord approval:
                Print(_style.Dim($"  {(approval.Approved ? "approved" : "denied")} ({SafeText.Line(approval.Scope)}) by {SafeText.Line(approval.AnsweredBy ?? "policy")}{(approval.Reason is { } why ? $": {SafeText.Line(why)}" : "")}"));
                break;
            case Notice notice:
                Print($"{_style.Yellow("!")} {SafeText.Of(notice.Text)}");
                break;
            case Summary { Of: SummaryOf.TakenBack or SummaryOf.BroughtBack } told:
                if (told.Text.Length > 0)
                {
                    Print(_style.Dim($"\n{SafeText.Line(told.Text, isFull ? int.MaxValue : 300)}"));
                }
                break;
            case Summary summary:
                Print(_style.Dim($"\nSummary of what came before: {(isFull ? Body(summary.Text) : SafeText.Line(summary.Text, 200))}"));
                break;
            default:
                break;
        }
    }

    private static string Body(string text) => SafeText.Of(text.TrimEnd());

    private string Marked(string snippet) => _style.HasColor
        ? snippet.Replace("«", "\e[1m", StringComparison.Ordinal).Replace("»", "\e[0m", StringComparison.Ordinal)
        : snippet;

    private int Print(string text)
    {
        io.Out.WriteLine(text);
        return ExitCodes.Ok;
    }
}
