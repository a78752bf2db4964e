using System.Globalization;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Desktop;

/// <summary>What the bundled servers for the desktop offer: clipboard, notifications, pictures of the screen, keyboard and mouse. No ordinary turn declares them.</summary>
public static class DesktopTools
{
    private const string Wayland = "WAYLAND_DISPLAY", X11 = "DISPLAY";
    private const int MaxText = 100_000;

    public static IReadOnlyList<ITool> Clipboard(DesktopPrograms programs)
    {
        const string missing = "There is no clipboard here. On Linux it takes a desktop and one of: wl-clipboard (Wayland), xclip or xsel (X11); tell the user which to install.";
        return
        [
            Tool("clipboard.copy", "clipboard_copy", "Puts a text on the clipboard of the user's desktop.", """{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}""", programs, missing, static (arguments, _) =>
            {
                var text = Text(arguments, "text", "content");
                return new($"Copy {text.Length} characters to the clipboard",
                [
                    new("wl-copy", ["--foreground"]) { Input = text, Needs = Wayland, Stays = true },
                    new("xclip", ["-quiet", "-selection", "clipboard", "-in"]) { Input = text, Needs = X11, Stays = true },
                    new("xsel", ["--clipboard", "--input", "--nodetach"]) { Input = text, Needs = X11, Stays = true },
                    new("pbcopy", []) { Input = text },
                    new("clip.exe", []) { Input = text },
                ])
                { Done = $"Copied {text.Length} characters.", Preview = text };
            }),
            Tool("clipboard.paste", "clipboard_paste", "Reads the text on the clipboard of the user's desktop.", """{"type":"object","properties":{}}""", programs, missing, static (_, _) => new("Read the clipboard",
            [
                new("wl-paste", ["--no-newline"]) { Needs = Wayland },
                new("xclip", ["-selection", "clipboard", "-out"]) { Needs = X11 },
                new("xsel", ["--clipboard", "--output"]) { Needs = X11 },
                new("pbpaste", []),
                new("powershell.exe", ["-NoProfile", "-Command", "Get-Clipboard"]),
            ])
            { Done = "(the clipboard is empty)", IsUntrusted = true }),
        ];
    }

    public static IReadOnlyList<ITool> Notifications(DesktopPrograms programs) =>
    [
        Tool("notifications.send", "notify", "Shows a notification on the user's desktop.", """{"type":"object","properties":{"title":{"type":"string"},"message":{"type":"string"}},"required":["message"]}""", programs,
            "Nothing here shows notifications. On Linux it takes a desktop and notify-send (Debian: libnotify-bin); tell the user.", static (arguments, _) =>
            {
                var (title, message) = (arguments.OptionalString("title") ?? "Pryx", Text(arguments, "message", "text"));
                return new($"Show the notification '{message}'",
                [
                    // Behind "--" nothing is read as an option.
                    new("notify-send", ["--app-name=Pryx", "--", title, message]),
                    // As arguments of the script and not in it.
                    new("osascript", ["-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", title, message]),
                ])
                { Done = "Shown." };
            }),
    ];

    public static IReadOnlyList<ITool> Screen(DesktopPrograms programs) =>
    [
        Tool("screen.capture", "screen_capture", "Takes a picture of the user's screen.", """{"type":"object","properties":{}}""", programs,
            "Nothing here takes pictures of the screen. On Linux it takes a desktop and one of: grim (Wayland), scrot or ImageMagick's import (X11); tell the user.", static (_, folder) =>
            {
                var path = Path.Combine(folder, $"screen-{Guid.NewGuid():N}.png");
                return new("Take a picture of the whole screen",
                [
                    new("grim", [path]) { Needs = Wayland, Picture = path },
                    new("scrot", [path]) { Needs = X11, Picture = path },
                    new("import", ["-window", "root", path]) { Needs = X11, Picture = path },
                    new("screencapture", ["-x", path]) { Picture = path },
                ])
                { IsUntrusted = true };
            }),
    ];

    public static IReadOnlyList<ITool> Automation(DesktopPrograms programs)
    {
        const string missing = "Nothing here can press keys or buttons. On Linux it takes xdotool (X11) or ydotool (Wayland, with its daemon); tell the user.";
        return
        [
            Tool("desktop.type", "desktop_type", "Types a text into the window that has the focus.", """{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}""", programs, missing, static (arguments, _) =>
            {
                var text = Text(arguments, "text");
                return new($"Type {text.Length} characters into the focused window", [new("xdotool", ["type", "--file", "-"]) { Input = text, Needs = X11 }, new("ydotool", ["type", "--file", "-"]) { Input = text }]) { Done = "Typed.", Preview = text };
            }),
            Tool("desktop.key", "desktop_key", "Presses keys in the window that has the focus, such as ctrl+s.", """{"type":"object","properties":{"keys":{"type":"string","description":"As xdotool names them: Return, ctrl+s, alt+Tab"}},"required":["keys"]}""", programs, missing, static (arguments, _) =>
            {
                var keys = Text(arguments, "keys", "key");
                return keys.All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '_') ? new($"Press {keys}", [new("xdotool", ["key", "--", keys]) { Needs = X11 }]) { Done = "Pressed." }
                    : throw new ToolArgumentException("The argument 'keys' must be names of keys joined by +, such as ctrl+s.");
            }),
            Tool("desktop.click", "desktop_click", "Moves the mouse to a place on the screen and clicks.", """{"type":"object","properties":{"x":{"type":"integer"},"y":{"type":"integer"},"button":{"type":"integer","minimum":1,"maximum":3}},"required":["x","y"]}""", programs, missing, static (arguments, _) =>
            {
                var x = Number(arguments, "x");
                var y = Number(arguments, "y");
                var button = (arguments.OptionalInt("button", 1, 3) ?? 1).ToString(CultureInfo.InvariantCulture);
                return new($"Click at {x}, {y}", [new("xdotool", ["mousemove", x, y, "click", button]) { Needs = X11 }]) { Done = "Clicked." };
            }),
        ];
    }

    private static DesktopTool Tool(string policyName, string wireName, string description, string schema, DesktopPrograms programs, string missing, Func<ToolArguments, string, DesktopRequest> read) =>
        new(new(policyName, wireName, description, ToolSchema.Read(schema)) { RunsAlone = true }, programs, missing, read);

    private static string Text(ToolArguments arguments, params ReadOnlySpan<string> names)
    {
        var text = arguments.RequireString(names);
        return text.Length <= MaxText && !text.Contains('\0', StringComparison.Ordinal) ? text : throw new ToolArgumentException($"The argument '{names[0]}' must have at most {MaxText} characters, and no NUL.");
    }

    private static string Number(ToolArguments arguments, string name) =>
        (arguments.OptionalInt(name, 0, 100_000) ?? throw new ToolArgumentException($"The argument '{name}' (integer) is missing.")).ToString(CultureInfo.InvariantCulture);
}
