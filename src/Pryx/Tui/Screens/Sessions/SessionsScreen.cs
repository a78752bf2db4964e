using System.Globalization;
using Pryx.Protocol.Sessions;
using Pryx.Tui.Chat;
using Pryx.Tui.Input;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Sessions;

/// <summary>All chats: search, resume, fork, export, rename, archive, delete.</summary>
internal static class SessionsScreen
{
    private const int Shown = 500;

    /// <param name="Snippet">Where the searched words stand; null without a search.</param>
    internal sealed record Row(Session Session, string? Snippet);

    public static IScreen Of(TuiContext ui)
    {
        KeyedList<Row>? screen = null;
        return screen = new KeyedList<Row>(ui, new ListKind<Row>
        {
            Title = "Sessions",
            IsSearchedByCore = true,
            Empty = "No session yet. Esc leads to the chat; your first message begins one.",
            ReadAsync = (query, cancellationToken) => ReadAsync(ui, query, cancellationToken),
            Row = (row, width) => RowOf(row, width, ui.Time.GetUtcNow()),
            Details = static (row, width) => Details(row, width),
            Keys =
            [
                new(Key.Enter, "resume", row => ui.OpenSession(row.Session.Id)),
                new(Key.Of('f'), "fork", row => ui.Run(async token => ui.OpenSession((await ui.Core.Client.ForkSessionAsync(row.Session.Id, null, null, token)).Id))),
                new(Key.Of('e'), "export", row => Export(ui, row.Session)),
                new(Key.Of('r'), "rename", row => Rename(ui, row.Session, screen!.Read)),
                new(Key.Of('a'), "archive", row => Archive(ui, row.Session, screen!.Read)),
                new(Key.Of('d'), "delete", row => Delete(ui, row.Session, screen!.Read)),
            ],
        });
    }

    private static async Task<IReadOnlyList<Row>> ReadAsync(TuiContext ui, string query, CancellationToken cancellationToken)
    {
        var all = await ui.Core.Client.ListSessionsAsync(Shown, cancellationToken);
        if (string.IsNullOrWhiteSpace(query))
        {
            return [.. all.Where(static session => session.ParentId is null || session.MessageCount > 0).Select(static session => new Row(session, null))];
        }
        var hits = await ui.Core.Client.SearchSessionsAsync(query, 100, cancellationToken);
        var byId = all.ToDictionary(static session => session.Id);
        return [.. hits.Select(hit => new Row(byId.GetValueOrDefault(hit.SessionId) ?? new Session { Id = hit.SessionId, Title = hit.Title, UpdatedAt = hit.UpdatedAt }, hit.Snippet))];
    }

    private static StyledLine RowOf(Row row, int width, DateTimeOffset now)
    {
        var session = row.Session;
        var folder = session.Workspace is { } path ? Path.GetFileName(path) : "";
        var about = row.Snippet?.ReplaceLineEndings(" ") ?? string.Join(" · ", new[] { folder, session.Mode == "plan" ? "plan" : "", session.ArchivedAt is not null || session.Status == "archived" ? "archived" : "" }.Where(static part => part.Length > 0));
        return Rows.Of(width, session.Status == "archived" ? "○" : "●", session.Status == "archived" ? Ink.Faint : Ink.Accent, session.Title, about, ChatWords.Ago(session.UpdatedAt, now));
    }

    private static IReadOnlyList<StyledLine> Details(Row row, int width)
    {
        var session = row.Session;
        return Rows.Facts(width, ("Title", session.Title), ("Id", session.Id.ToString()), ("Folder", session.Workspace), ("Model", session.Model),
            ("Messages", session.MessageCount.ToString("N0", CultureInfo.InvariantCulture)), ("Tokens", $"{ChatWords.Tokens(session.Usage.Input)} in, {ChatWords.Tokens(session.Usage.Output)} out"),
            ("Cost", ChatWords.Money(session.TotalCostUsd)), ("Copy of", session.ParentId?.ToString()), ("About", session.Summary), ("Found", row.Snippet));
    }

    private static void Rename(TuiContext ui, Session session, Action read) => Prompt(ui, "Name of the session", session.Title, title => ui.Run(async token =>
    {
        await ui.Core.ChangeAsync(session.Id, new ChangeSession { Title = title }, token);
        read();
    }));

    private static void Archive(TuiContext ui, Session session, Action read) => ui.Run(async token =>
    {
        var isArchived = session.ArchivedAt is not null || session.Status == "archived";
        await ui.Core.SendAsync("POST", $"/api/v1/sessions/{session.Id}/{(isArchived ? "unarchive" : "archive")}", null, token);
        ui.Toast(isArchived ? "It is back." : "Archived; a brings it back.", Ink.Success);
        read();
    });

    private static void Delete(TuiContext ui, Session session, Action read)
    {
        var dialog = Dialog.Confirm("Delete this session?", $"{session.Title}\nWhat was said in it is gone for good; what it cost stays in the figures.", "Delete", () => ui.Run(async token =>
        {
            await ui.Core.Client.DeleteSessionAsync(session.Id, token);
            ui.Toast("Deleted.", Ink.Success);
            read();
        }));
        dialog.Closed = () => ui.Remove(dialog);
        ui.Push(dialog);
    }

    private static void Export(TuiContext ui, Session session) => Prompt(ui, "Write it into (a .json keeps everything)", Path.Combine(ui.Folder, $"session-{session.Id.ToString()[..8]}.md"), path => ui.Run(async token =>
    {
        var format = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "json" : "markdown";
        var text = await ui.Core.SendAsync("GET", $"/api/v1/sessions/{session.Id}/export?format={format}", null, token);
        try
        {
            await File.WriteAllTextAsync(Path.GetFullPath(path, ui.Folder), text, token);
            ui.Toast($"Written to {path}", Ink.Success);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ui.Toast($"Not written: {e.Message}", Ink.Error);
        }
    }));

    private static void Prompt(TuiContext ui, string title, string text, Action<string> taken)
    {
        var prompt = new PromptBox(title, text, typed =>
        {
            if (typed.Length > 0)
            {
                taken(typed);
            }
        });
        prompt.Closed = () => ui.Remove(prompt);
        ui.Push(prompt);
    }
}
