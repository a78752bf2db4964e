using System.Globalization;
using Pryx.Tui.Rendering;

namespace Pryx.Host;

/// <summary>The variables the terminal surfaces look at, read once.</summary>
internal sealed record ProcessEnvironment
{
    /// <summary>NO_COLOR is set to anything (no-color.org), or TERM is dumb.</summary>
    public bool WantsNoColor { get; init; }

    /// <summary>VISUAL, else EDITOR; null when neither is set.</summary>
    public string? Editor { get; init; }

    /// <summary>COLUMNS: what somebody wants the width to be, whatever the terminal says; null when it is not set or no width.</summary>
    public int? Columns { get; init; }

    /// <summary>PRYX_DEV: errors show their stack.</summary>
    public bool IsDeveloper { get; init; }

    /// <summary>A browser could open here: not over SSH, not in a container.</summary>
    public bool HasDisplay { get; init; }

    /// <summary>What the terminal can show.</summary>
    public TerminalTraits Terminal { get; init; } = new();

    /// <summary>Who answers approvals here.</summary>
    public string UserName { get; init; } = "user";

    /// <summary>HOME; null where there is none.</summary>
    public string? Home { get; init; }

    /// <summary>A path as a shell would have read it.</summary>
    public string ExpandHome(string path) => Home is null ? path : path == "~" ? Home : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, path[2..]) : path;

    public static ProcessEnvironment Read() => new()
    {
        WantsNoColor = Text("NO_COLOR") is not null || Text("TERM") == "dumb",
        Editor = Text("VISUAL") ?? Text("EDITOR"),
        Columns = int.TryParse(Text("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns is >= 20 and <= 10_000 ? columns : null,
        IsDeveloper = Text("PRYX_DEV") is "1" or "true",
        HasDisplay = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || Text("DISPLAY") is not null || Text("WAYLAND_DISPLAY") is not null,
        Terminal = ReadTerminal(),
        Home = Text("HOME") ?? Text("USERPROFILE"),
        UserName = Environment.UserName is { Length: > 0 } name ? name : "user",
    };

    /// <summary>One variable as it is; for what another program puts there.</summary>
    public static string? Variable(string name) => Text(name);

    private static TerminalTraits ReadTerminal() => new()
    {
        Term = Text("TERM"),
        ColorTerm = Text("COLORTERM"),
        ColorFgBg = Text("COLORFGBG"),
        Program = Text("TERM_PROGRAM"),
        WantsNoColour = Text("NO_COLOR") is not null,
        ForcesColour = Text("FORCE_COLOR") is { } force && force != "0",
        IsTmux = Text("TMUX") is not null,
        IsScreen = Text("STY") is not null || (Text("TMUX") is null && Text("TERM")?.StartsWith("screen", StringComparison.Ordinal) == true),
        IsWindowsTerminal = Text("WT_SESSION") is not null,
    };

    private static string? Text(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;
}
