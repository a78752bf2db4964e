namespace Pryx.Tui.Rendering;

/// <summary>The themes that come along.</summary>
internal static class Themes
{
    public static Theme Dark { get; } = new()
    {
        Name = "dark",
        Inks = Of("none #9aa3b2 #6b7484 #f2f5fa #7aa2f7 #8fce7e #e6c068 #f47b88 #6fc3df #3b4252 #7aa2f7 #ffffff #d9e2f5 #a79fc4 #7cc0f5 #c3a6ff #d5dbe8 #c792ea #a5d38c #77808f #f2a772 #6cc7d9 #7aa2f7 #93b3c9 #a8dba0 #f5a3ab #aab2bf #86a7d8"),
        Papers = On("none #1b1f27 #252b36 #2c3e66 #1f242e #1a1e26 #17301f #3a1d23 #6b5310 #3a2f12"),
    };

    public static Theme Light { get; } = new()
    {
        Name = "light",
        IsLight = true,
        Inks = Of("none #57606f #6b7280 #10141b #2456c8 #1c7433 #8a5a00 #b3202f #0b6a86 #c3c9d4 #2456c8 #0b1220 #1d2b4a #665a8f #0b5cad #6b35b8 #26303f #8324b0 #1c6e2f #687180 #a3480c #0a6775 #2456c8 #3d5a74 #175c2a #9c1c2a #49525f #2f5597"),
        Papers = On("none #f2f4f8 #e6eaf1 #cfdefc #eef1f6 #f4f6fa #dcf5e1 #fde3e5 #ffe28a #fff1cf"),
    };

    public static Theme HighContrast { get; } = new()
    {
        Name = "high-contrast",
        Inks = Of("#ffffff #e6e6e6 #d0d0d0 #ffffff #6fd3ff #7dff7d #ffe14d #ff9a9a #8be9ff #ffffff #ffe14d #000000 #ffffff #e0d4ff #8ecbff #ffd6ff #ffffff #ffb3ff #a8ff9e #d0d0d0 #ffc890 #8ff3ff #a9cdff #ffffff #a8ffa8 #ffb8b8 #ffffff #a9cdff"),
        Papers = On("#000000 #000000 #1a1a1a #ffe14d #000000 #0d0d0d #003300 #4a0000 #7a5c00 #4a3800"),
    };

    /// <summary>The sixteen colours of the terminal itself, whatever the person has made of them.</summary>
    public static Theme Terminal { get; } = new()
    {
        Name = "terminal",
        Inks = Of("none ansi:8 ansi:8 none ansi:4 ansi:2 ansi:3 ansi:1 ansi:6 ansi:8 ansi:4 none none ansi:5 ansi:4 ansi:5 none ansi:5 ansi:2 ansi:8 ansi:3 ansi:6 ansi:4 none ansi:2 ansi:1 none ansi:4"),
        Papers = On("none none none none none none none none none none"),
    };

    public static IReadOnlyList<Theme> All { get; } = [Dark, Light, HighContrast, Terminal];

    private static Dictionary<Ink, Colour> Of(string colours) => Read(colours, Enum.GetValues<Ink>());

    private static Dictionary<Paper, Colour> On(string colours) => Read(colours, Enum.GetValues<Paper>());

    private static Dictionary<T, Colour> Read<T>(string colours, T[] names)
        where T : struct, Enum =>
        colours.Split(' ').Zip(names).ToDictionary(static pair => pair.Second, static pair => Colour.TryParse(pair.First, out var colour) ? colour : throw new FormatException(pair.First));
}
