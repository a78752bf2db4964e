using Pryx.Protocol.Commands;
using Pryx.Protocol.Sessions;
using Pryx.Tui.Link;
using Pryx.Tui.Shell;

namespace Pryx.Tui.Chat;

/// <summary>The words that a chat understands by itself, and those that Core and the user's files add.</summary>
internal sealed class ChatCommands
{
    private readonly TuiContext _ui;
    private readonly IReadOnlyList<SlashCommand> _own;
    private IReadOnlyList<SlashCommand> _known = [];

    public ChatCommands(TuiContext ui, ChatState state, ChatActions actions, ChatPickers pickers, ChatScreen screen)
    {
        _ui = ui;
        _own =
        [
            new("new", "", "begin a new chat", _ => screen.BeginNew()) { Aliases = ["clear"] },
            new("sessions", "", "all chats: search, resume, fork, export", _ => ui.ShowScreen("Sessions")) { Aliases = ["resume"] },
            new("model", "[name]", "choose the model that answers", pickers.Model),
            new("connect", "", "providers and keys", _ => ui.ShowScreen("Models")) { Aliases = ["providers"] },
            new("setup", "", "the first steps once more", _ => ui.ShowScreen("Setup")),
            new("plan", "[what to do]", "plan mode: read and ask, act once the plan is approved", words => PlanOr(words, screen, actions)),
            new("act", "", "leave plan mode", _ => actions.SetMode(false)),
            new("policy", "[mode]", "what may run unasked, from the next message on", pickers.Policy),
            new("compact", "[what to keep]", "summarise the chat to make room", null),
            new("undo", "[turns]", "take back what turns changed in the folder", null),
            new("redo", "", "bring it back", null),
            new("rewind", "[turn]", "go back to a turn: files and conversation", null),
            new("fork", "[title]", "a copy of this chat to try something in", words => actions.Fork(words)),
            new("rename", "title", "name this chat", words => { if (words.Length > 0) { actions.Rename(words); } }),
            new("export", "[json | file]", "write this chat into a file", actions.Export),
            new("cost", "", "what this chat and this month cost", _ => pickers.Cost()),
            new("status", "", "session, folder, model, window", _ => pickers.Status()),
            new("stop", "", "stop the turn that runs", _ => actions.Stop()),
            new("queue", "message", "send after the turn that runs", words => { if (words.Length > 0) { actions.Send(words, Delivery.Queue); } }),
            new("search", "[words]", "search in this chat", screen.BeginSearch) { Aliases = ["find"] },
            new("attach", "path", "an image or PDF with the next message", screen.AttachFile),
            new("thinking", "", "show or hide what models think", _ => screen.ToggleReasoning()),
            new("theme", "[name]", "colours", pickers.Theme),
            new("help", "", "keys and commands", _ => ui.ShowScreen("Help")),
            new("quit", "", "leave; a running turn goes on", _ => ui.App.Stop()) { Aliases = ["exit", "q"] },
        ];
    }

    public IReadOnlyList<SlashCommand> All => _known.Count > 0 ? _known : _own;

    /// <summary>What the user's files, skills and Core itself add for a folder.</summary>
    public void Fetch(string folder) => _ui.Run(async cancellationToken =>
    {
        var words = await _ui.Core.GetAsync($"/api/v1/commands?workspace={Uri.EscapeDataString(folder)}", CommandsJson.Default.WordList, cancellationToken);
        var added = words.Commands.Where(word => !_own.Any(own => own.Is(word.Name)))
            .Select(static word => new SlashCommand(word.Name, word.ArgumentHint ?? "", word.Kind == "built-in" ? word.Description : $"{word.Description} ({word.Kind})", null));
        _known = [.. _own, .. added];
    }, static _ => { });

    /// <summary>True: the text was a command of the chat's own and has been done.</summary>
    public bool TryRun(string text)
    {
        if (!text.StartsWith('/'))
        {
            return false;
        }
        var end = text.IndexOfAny([' ', '\n']);
        var (name, words) = end < 0 ? (text[1..], "") : (text[1..end], text[(end + 1)..].Trim());
        var command = _own.FirstOrDefault(own => own.Is(name));
        // "/help cron" asks Core about something.
        if (command?.Run is not { } run || (name == "help" && words.Length > 0))
        {
            return false;
        }
        run(words);
        return true;
    }

    private static void PlanOr(string words, ChatScreen screen, ChatActions actions)
    {
        if (words.Length == 0 || words == "off")
        {
            actions.SetMode(words.Length == 0);
            return;
        }
        screen.SendText($"/plan {words}", Delivery.Steer);
    }
}
