using System.Text;
using System.Text.Json;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>What is being written: the editor with its history, completion, attachments and the person's own editor.</summary>
internal sealed class ChatInput
{
    private const int LargestAttachment = 20 * 1024 * 1024;
    private readonly TuiContext _ui;
    private readonly ChatState _state;
    private readonly Action<string, Delivery> _send;
    private readonly ChatCompletions _completions;
    private readonly CompletionPopup _popup = new();
    private readonly FolderFiles _files;
    private ChatCompletions.Found? _found;
    private bool _isCompleting;
    private bool _awaitsE;

    public ChatInput(TuiContext ui, ChatState state, ChatCommands commands, Action<string, Delivery> send)
    {
        (_ui, _state, _send, _files) = (ui, state, send, new FolderFiles(ui.Time));
        _completions = new ChatCompletions(() => commands.All, () => _files.Of(_state.Session?.Workspace ?? ui.Folder, () => ui.App.Post(Complete)));
        Editor = new TextEditor { History = History, HasFocus = true, Changed = Complete, Submitted = _ => Submit(Delivery.Steer), Style = new TextStyle(Ink.Default) };
        _popup.Accepted = Accept;
    }

    public TextEditor Editor { get; }
    public InputHistory History { get; } = new();
    public bool IsEmpty => Editor.Text.Length == 0;

    public int HeightFor(int width, int most) => Editor.HeightFor(width - 4, most);

    public void Draw(Canvas canvas, ChatState state, ChatActions actions, bool hasFocus)
    {
        var ink = _state.Approvals.Count > 0 ? Ink.Border : hasFocus ? Ink.BorderFocused : Ink.Border;
        canvas.Fill(new(0, 0, canvas.Width, 1), "─", ink);
        if (actions.Attachments.Count > 0)
        {
            canvas.Text(2, 0, $" + {string.Join(", ", actions.Attachments.Select(static one => one.Name ?? one.MediaType))} ", Ink.Info);
        }
        canvas.Text(1, 1, "›", new TextStyle(hasFocus ? Ink.Accent : Ink.Faint).With(Effects.Bold));
        Editor.HasFocus = hasFocus;
        Editor.Placeholder = state.Approvals is [{ Kind: ApprovalKind.Question }, ..] ? "Your answer" : state.Turn is not null ? "Steer the turn (Enter), or queue (Tab)" : state.Transcript.Entries.Count == 0 ? "What shall be done?" : "";
        Editor.Draw(canvas.Within(new(3, 1, canvas.Width - 4, canvas.Height - 1)));
    }

    public void DrawPopup(Canvas canvas)
    {
        if (_popup.IsOpen)
        {
            _popup.Anchor = Editor.CursorPlace;
            _popup.Draw(canvas);
        }
    }

    public bool OnPopupKey(Key key)
    {
        // Enter on a whole command runs it instead of writing what stands there already.
        if (_popup.IsOpen && key == Key.Enter && _found is { } found && _popup.Items.Any(item => item.Text == Editor.Text[found.Start..Math.Min(Editor.Text.Length, found.Start + found.Length)]))
        {
            _popup.Items = [];
            return false;
        }
        return _popup.OnKey(key);
    }

    public bool OnKey(Key key)
    {
        var awaitedE = _awaitsE;
        _awaitsE = key == Key.Ctrl('x');
        if (_awaitsE)
        {
            return true;
        }
        if (key == Key.Ctrl('g') || (awaitedE && key == Key.Ctrl('e')))
        {
            EditOutside();
            return true;
        }
        if (IsEmpty && (key.Is('?') || key.Is(KeyCode.F1)))
        {
            _ui.ShowScreen("Help");
            return true;
        }
        return Editor.OnKey(key);
    }

    public bool OnMouse(MouseEvent mouse) => _popup.OnMouse(mouse) || Editor.OnMouse(mouse);

    public void Submit(Delivery delivery)
    {
        var text = Editor.Text.Trim();
        if (text.Length == 0)
        {
            return;
        }
        History.Add(text);
        Clear();
        _send(text, delivery);
    }

    public void Clear()
    {
        _popup.Items = [];
        Editor.Clear();
    }

    public string TakeText()
    {
        var text = Editor.Text.Trim();
        Clear();
        return text;
    }

    /// <summary>What was not taken comes back, unless something else is being written.</summary>
    public void Return(string text)
    {
        if (IsEmpty)
        {
            Editor.Text = text;
        }
    }

    /// <summary>An image or PDF for the next message.</summary>
    public void Attach(string path, ChatActions actions)
    {
        path = Path.GetFullPath(path.Trim('"', '\'', ' '), _state.Session?.Workspace ?? _ui.Folder);
        var type = Path.GetExtension(path).ToLowerInvariant() switch { ".png" => "image/png", ".jpg" or ".jpeg" => "image/jpeg", ".gif" => "image/gif", ".webp" => "image/webp", ".pdf" => "application/pdf", _ => null };
        if (type is null)
        {
            _ui.Toast("PNG, JPEG, GIF, WebP and PDF can be attached; name other files with @.", Ink.Warning);
            return;
        }
        try
        {
            if (new FileInfo(path).Length > LargestAttachment)
            {
                _ui.Toast("It is larger than 20 MB.", Ink.Warning);
                return;
            }
            actions.Attach(new Attachment(type, Convert.ToBase64String(File.ReadAllBytes(path)), Path.GetFileName(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ui.Toast($"It can not be read: {e.Message}", Ink.Error);
        }
    }

    /// <summary>The arguments of a call in the person's editor; what comes back is asked about anew.</summary>
    public void EditArguments(Approval approval, Action<JsonElement> edited) => Edit(Pretty(approval.Args), "arguments.json", text =>
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                edited(document.RootElement.Clone());
                return;
            }
            _ui.Toast("The arguments must stay a JSON object; nothing was changed.", Ink.Error);
        }
        catch (JsonException e)
        {
            _ui.Toast($"That is not JSON ({e.Message}); nothing was changed.", Ink.Error);
        }
    });

    private void EditOutside() => Edit(Editor.Text, "message.md", text =>
    {
        Editor.Text = text.TrimEnd('\n');
        Editor.Cursor = Editor.Text.Length;
    });

    private void Edit(string text, string fileName, Action<string> edited)
    {
        if (_ui.Io.EditAsync is not { } editAsync)
        {
            var box = new EditBox(fileName, text, edited);
            box.Closed = () => _ui.Remove(box);
            _ui.Push(box);
            return;
        }
        _ui.App.Start(async () =>
        {
            var changed = await _ui.App.LendTerminalAsync(() => editAsync(text, fileName, _ui.Ending));
            if (changed is null)
            {
                _ui.Toast("The editor ended with an error; nothing was changed.", Ink.Warning);
            }
            else if (changed != text)
            {
                edited(changed);
            }
        });
    }

    private void Complete()
    {
        if (_isCompleting)
        {
            return;
        }
        _found = _completions.Find(Editor.Text, Editor.Cursor);
        _popup.Items = _found?.Items ?? [];
    }

    private void Accept(Completion item)
    {
        if (_found is { } found)
        {
            _isCompleting = true;
            Editor.Replace(found.Start, Math.Min(found.Length, Editor.Text.Length - found.Start), item.Text.EndsWith('/') && item.Text[0] == '@' ? item.Text : item.Text + " ");
            _isCompleting = false;
            if (item.Text.EndsWith('/'))
            {
                Complete();
            }
        }
    }

    private static string Pretty(JsonElement? args)
    {
        if (args is not { } value)
        {
            return "{}";
        }
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            value.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
