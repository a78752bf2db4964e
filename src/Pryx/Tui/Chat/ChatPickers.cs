using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Models;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;
using Pryx.Tui.Widgets;
using Palette = Pryx.Tui.Widgets.Palette;

namespace Pryx.Tui.Chat;

/// <summary>What a chat lets one choose from a list, and what it tells in numbers.</summary>
internal sealed class ChatPickers(TuiContext ui, ChatState state, ChatActions actions)
{
    private static readonly (string Mode, string Means)[] _modes =
    [
        ("workspace-only", "work in the folder once you allow it; leaving it is asked"),
        ("ask", "ask before every side effect"),
        ("read-only", "read, and change nothing"),
        ("network-allowlist", "as workspace-only, with the hosts you listed"),
        ("full", "hardly anything is asked"),
    ];

    public void Model(string name)
    {
        if (name.Length > 0)
        {
            actions.SetModel(name);
            return;
        }
        ui.Run(async cancellationToken =>
        {
            using var document = JsonDocument.Parse(await ui.Core.SendAsync("GET", "/api/v1/models", null, cancellationToken));
            var items = document.RootElement.GetProperty("models").EnumerateArray().Select(model => (Id: Full(model), IsReady: IsReady(model), About: About(model))).Where(static model => model.Id is not null)
                .OrderByDescending(model => model.Id == state.Model).ThenByDescending(static model => model.IsReady)
                .Select(model => new PaletteItem(model.Id!, model.About, model.Id == state.Model ? "now" : null, () => actions.SetModel(model.Id!)));
            Open("Which model answers?", [.. items]);
        }, failure => ui.Toast($"Failed to fetch providers: {failure.Message}{(failure.Next is { } next ? $" → {next}" : "")}", Ink.Error));
    }

    public void Policy(string mode)
    {
        if (_modes.Any(known => known.Mode == mode))
        {
            Choose(mode);
            return;
        }
        Open("What may run unasked?", [.. _modes.Select(known => new PaletteItem(known.Mode, known.Means, known.Mode == actions.Policy ? "now" : null, () => Choose(known.Mode)))]);

        void Choose(string chosen)
        {
            actions.Policy = chosen;
            ui.Toast($"{chosen}: from the next message on, in this chat.", chosen == "full" ? Ink.Warning : Ink.Success);
        }
    }

    public void Theme(string name)
    {
        if (Themes.All.FirstOrDefault(theme => theme.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            ui.App.Theme = found;
            return;
        }
        Open("Colours", [.. Themes.All.Select(theme => new PaletteItem(theme.Name, null, theme == ui.App.Theme ? "now" : null, () => ui.App.Theme = theme))]);
    }

    public void Cost() => ui.Run(async cancellationToken =>
    {
        var summary = await ui.Core.GetAsync("/api/v1/cost/summary", CostJson.Default.CostSummary, cancellationToken);
        state.Transcript.Put(new NoticeEntry(NoticeTone.Info, $"This chat {ChatWords.Money(state.Cost)} · today {ChatWords.Money(summary.Today.CostUsd)} · this month {ChatWords.Money(summary.Month.CostUsd)} · in all {ChatWords.Money(summary.Total.CostUsd)}") { At = ui.Time.GetUtcNow() });
    });

    public void Status() => ui.Run(async cancellationToken =>
    {
        var context = state.Session is { } session ? await ui.Core.GetAsync($"/api/v1/sessions/{session.Id}/context", ProtocolJson.Default.ContextUsage, cancellationToken) : null;
        state.Context = context ?? state.Context;
        var lines = new List<string>
        {
            $"- Session: {state.Session?.Id.ToString() ?? "none yet"} {state.Session?.Title}",
            $"- Folder: {state.Session?.Workspace ?? ui.Folder}",
            $"- Model: {state.Model ?? "none"}",
            $"- Cost: {ChatWords.Money(state.Cost)}, {state.Usage.Input:N0} tokens in ({state.Usage.Cached:N0} cached), {state.Usage.Output:N0} out",
        };
        if (context is not null)
        {
            lines.AddRange(Window(context));
        }
        var notice = new NoticeEntry(NoticeTone.Info, $"{state.Session?.Title ?? "New chat"} · {state.Model ?? "no model"}") { Detail = string.Join('\n', lines), At = ui.Time.GetUtcNow() };
        notice.Expand(true);
        state.Transcript.Put(notice);
    });

    private static IEnumerable<string> Window(ContextUsage context) =>
    [
        "",
        $"| Window | {context.Percent:0.#} % of {(context.IsWindowKnown ? "" : "about ")}{ChatWords.Tokens(context.Window)} |",
        "|---|--:|",
        $"| System | {context.System:N0} |",
        $"| Tools | {context.Tools:N0} |",
        $"| History | {context.History:N0} |",
        $"| Reasoning | {context.Reasoning:N0} |",
        $"| Attachments | {context.Attachments:N0} |",
        $"| Summaries | {context.Summaries:N0} |",
    ];

    private void Open(string title, IReadOnlyList<PaletteItem> items)
    {
        var palette = new Palette(title, items);
        palette.Closed = () => ui.Remove(palette);
        ui.Push(palette);
    }

    private static string? Full(JsonElement model)
    {
        var id = model.TryGetProperty("id", out var named) ? named.GetString() : null;
        var provider = model.TryGetProperty("provider", out var of) || model.TryGetProperty("provider_id", out of) ? of.GetString() : null;
        return id is null || provider is null || id.StartsWith(provider + "/", StringComparison.Ordinal) ? id : $"{provider}/{id}";
    }

    private static bool IsReady(JsonElement model) => model.TryGetProperty("configured", out var key) && key.ValueKind == JsonValueKind.True;

    private static string? About(JsonElement model)
    {
        var parts = new List<string>();
        if (model.TryGetProperty("context_window", out var window) && window.ValueKind == JsonValueKind.Number)
        {
            parts.Add($"{ChatWords.Tokens(window.GetInt64())} window");
        }
        if (!IsReady(model))
        {
            parts.Add("needs a key: /connect");
        }
        return parts.Count == 0 ? null : string.Join(" · ", parts);
    }
}
