namespace Pryx.Tui.Rendering;

/// <summary>What a colour is for. A theme says which colour that is, so that a theme can change while the text stays.</summary>
internal enum Ink : byte
{
    Default,
    Muted,
    Faint,
    Strong,
    Accent,
    Success,
    Warning,
    Error,
    Info,
    Border,
    BorderFocused,
    Selected,
    UserText,
    Reasoning,
    Link,
    Heading,
    Code,
    CodeKeyword,
    CodeString,
    CodeComment,
    CodeNumber,
    CodeType,
    CodeFunction,
    CodeOperator,
    DiffAdded,
    DiffRemoved,
    DiffContext,
    DiffHunk,
}

/// <summary>What lies behind a text.</summary>
internal enum Paper : byte
{
    Default,
    Panel,
    Raised,
    Selected,
    Input,
    Code,
    DiffAdded,
    DiffRemoved,
    Match,
    Warning,
}

[Flags]
internal enum Effects : byte
{
    None = 0,
    Bold = 1,
    Dim = 2,
    Italic = 4,
    Underline = 8,
    Strike = 16,
    Reverse = 32,
}

/// <summary>How a text looks, in the words of a theme.</summary>
internal readonly record struct TextStyle(Ink Ink = Ink.Default, Paper Paper = Paper.Default, Effects Effects = Effects.None)
{
    public static TextStyle Plain => default;

    public TextStyle With(Effects effects) => this with { Effects = Effects | effects };

    public TextStyle On(Paper paper) => this with { Paper = paper };

    public static implicit operator TextStyle(Ink ink) => new(ink);
}
