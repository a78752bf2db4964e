using Pryx.Protocol.Setup;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;

namespace Pryx.Tui.Screens.Setup;

/// <summary>What the setup says on each page.</summary>
internal static class SetupText
{
    public static List<StyledLine> Lines(SetupState state, int width)
    {
        var lines = new List<StyledLine>
        {
            new LineBuilder().Add("◆ ", Ink.Accent).Add("Welcome to Pryx!", new TextStyle(Ink.Heading).With(Effects.Bold)).Build(),
            state.Body is { Ready: true } ? new StyledLine("Everything a first answer needs is there.", Ink.Success) : new StyledLine("Setup Required", new TextStyle(Ink.Warning).With(Effects.Bold)),
            StyledLine.Empty,
        };
        foreach (var (page, label) in new[] { (SetupPage.Cloud, "Step 0: Pryx Cloud Login"), (SetupPage.Provider, "Step 1: Provider"), (SetupPage.Key, "Step 2: API key, or the address of Ollama"), (SetupPage.Model, "Step 3: Model"), (SetupPage.Done, "Done") })
        {
            var isNow = page == state.Page;
            lines.Add(new LineBuilder().Add(page < state.Page ? "✓ " : isNow ? "▸ " : "  ", page < state.Page ? Ink.Success : Ink.Accent).Add(label, isNow ? new TextStyle(Ink.Strong).With(Effects.Bold) : new TextStyle(Ink.Muted)).Build());
        }
        lines.Add(StyledLine.Empty);
        lines.AddRange(Page(state).SelectMany(line => StyledText.Wrap(line, width)));
        if (state.Doing is { } doing)
        {
            lines.AddRange(StyledText.Wrap(new StyledLine($"… {doing}", Ink.Accent), width));
        }
        if (state.Trouble is { } trouble)
        {
            lines.AddRange(StyledText.Wrap(new LineBuilder().Add("✗ ", Ink.Error).Add(trouble, Ink.Error).Build(), width));
            if (state.Next is { } next)
            {
                lines.AddRange(StyledText.Wrap(new LineBuilder().Add("→ ", Ink.Accent).Add(next).Build(), width));
            }
        }
        return lines;
    }

    public static (string, string)[] Hints(SetupState state) => state.Page switch
    {
        SetupPage.Cloud => [(state.Code is null ? "Enter" : "Enter", state.Code is null ? "start login" : "I have entered the code"), ("S", "skip (offline)"), ("Esc", "chat")],
        SetupPage.Provider => [("↑↓", "choose"), ("Enter", "take it"), ("B", "back"), ("Esc", "chat")],
        SetupPage.Key => [("Enter", "try it"), ("Esc", "back")],
        SetupPage.Model => [("↑↓", "choose"), ("Enter", "take it"), ("B", "back"), ("Esc", "chat")],
        _ => [("Enter", "begin to chat"), ("B", "change something")],
    };

    private static IEnumerable<StyledLine> Page(SetupState state)
    {
        switch (state.Page)
        {
            case SetupPage.Cloud when state.Code is { } code:
                yield return new LineBuilder().Add("Open ").Add(code.Verification, new TextStyle(Ink.Link).With(Effects.Underline), code.Verification).Build();
                yield return new LineBuilder().Add("and enter ").Add(code.User, new TextStyle(Ink.Strong).With(Effects.Bold)).Build();
                break;
            case SetupPage.Cloud:
                yield return new StyledLine("Signing in is optional. Without it everything works on this machine.", Ink.Muted);
                yield return new LineBuilder().Add("Enter", Ink.Accent).Add(" to start login · ", Ink.Muted).Add("S", Ink.Accent).Add(" to skip (offline)", Ink.Muted).Build();
                break;
            case SetupPage.Provider:
                yield return new StyledLine(state.Step(SetupSteps.Provider)?.Summary ?? "Who is to answer?", Ink.Muted);
                break;
            case SetupPage.Key:
                yield return new StyledLine(state.Provider == "ollama" ? "Where Ollama answers (empty: http://localhost:11434):" : $"The API key of {state.Provider}; it is tried, then kept in the keychain, and shown nowhere:", Ink.Muted);
                break;
            case SetupPage.Model:
                yield return new StyledLine($"Which model of {state.Provider} answers?", Ink.Muted);
                break;
            default:
                yield return new LineBuilder().Add($"{state.Body?.Model ?? "Your model"}", Ink.Strong).Add(" answers. Say what shall be done; you can come back with /setup.", Ink.Muted).Build();
                break;
        }
    }
}
