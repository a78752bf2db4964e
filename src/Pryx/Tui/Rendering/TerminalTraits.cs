namespace Pryx.Tui.Rendering;

/// <summary>What the environment says about the terminal; whoever reads the environment fills it.</summary>
internal sealed record TerminalTraits
{
    /// <summary>TERM</summary>
    public string? Term { get; init; }

    /// <summary>COLORTERM</summary>
    public string? ColorTerm { get; init; }

    /// <summary>COLORFGBG: "15;0", the colours of text and background.</summary>
    public string? ColorFgBg { get; init; }

    /// <summary>TERM_PROGRAM</summary>
    public string? Program { get; init; }

    /// <summary>NO_COLOR is set to anything (no-color.org).</summary>
    public bool WantsNoColour { get; init; }

    /// <summary>FORCE_COLOR is set to something else than 0.</summary>
    public bool ForcesColour { get; init; }

    /// <summary>TMUX: sequences for the outer terminal must be wrapped.</summary>
    public bool IsTmux { get; init; }

    /// <summary>STY, or TERM begins with "screen" without tmux.</summary>
    public bool IsScreen { get; init; }

    /// <summary>WT_SESSION: Windows Terminal.</summary>
    public bool IsWindowsTerminal { get; init; }

    public bool IsDumb => Term is null or "" or "dumb" && !IsWindowsTerminal;

    public ColourDepth Depth
    {
        get
        {
            if (WantsNoColour || (IsDumb && !ForcesColour))
            {
                return ColourDepth.None;
            }
            if (ColorTerm is "truecolor" or "24bit" || IsWindowsTerminal || Has("direct") || Program is "iTerm.app" or "WezTerm" or "ghostty" or "vscode" || Has("kitty") || Has("alacritty") || Has("foot"))
            {
                return ColourDepth.True;
            }
            if (Has("256color") || ColorTerm is { Length: > 0 } || Program is "Apple_Terminal" || IsTmux)
            {
                return ColourDepth.Palette256;
            }
            return Term is "vt100" or "vt102" or "vt220" ? ColourDepth.None : ColourDepth.Sixteen;
        }
    }

    /// <summary>Null when the environment does not say.</summary>
    public bool? IsLight => ColorFgBg?.Split(';')[^1] switch
    {
        "7" or "15" => true,
        "0" or "8" => false,
        _ => null,
    };

    private bool Has(string name) => Term?.Contains(name, StringComparison.Ordinal) == true;
}
