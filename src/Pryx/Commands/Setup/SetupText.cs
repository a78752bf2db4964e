using Pryx.Protocol.Setup;
using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary>Setup in lines for a person.</summary>
internal static class SetupText
{
    /// <summary>All steps, and what to do next.</summary>
    public static void Write(TextWriter to, Style style, SetupBody setup)
    {
        to.WriteLine(style.Bold("Setup"));
        foreach (var step in setup.Steps)
        {
            to.WriteLine(Line(style, step));
            if (step is { State: SetupStates.Open, Next: { } next })
            {
                to.WriteLine($"      {style.Dim("→")} {SafeText.Line(next)}");
            }
        }
        to.WriteLine();
        to.WriteLine(setup.Ready
            ? $"{style.Green("Ready:")} {SafeText.Line(setup.Model ?? "-")} answers. Next: pryx run \"what to do\""
            : $"{style.Yellow("Not ready:")} {SafeText.Line(setup.Why ?? "-", 400)} Next: pryx setup");
    }

    public static string Line(Style style, SetupStep step)
    {
        var mark = step.State switch { SetupStates.Done => style.Green("✓"), SetupStates.Skipped => style.Dim("–"), _ => step.Required ? style.Red("○") : "○" };
        var about = step.State == SetupStates.Skipped ? "skipped" : SafeText.Line(step.Summary, 300);
        return $"  {mark} {step.Title} {style.Dim(step.Required ? "(required)" : "(optional)")}: {about}";
    }

    /// <summary>A thing to choose, as its number is typed.</summary>
    public static string Choice(Style style, int number, SetupFound found) =>
        $"   {style.Bold($"{number}")}  {SafeText.Line(found.Name)}{(found.About is { } about ? style.Dim($" – {SafeText.Line(about, 200)}") : "")}{(found.Active ? style.Green(" (in use)") : "")}";
}
