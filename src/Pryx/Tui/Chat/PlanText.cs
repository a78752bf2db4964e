using Pryx.Tui.Rendering;

namespace Pryx.Tui.Chat;

/// <summary>The model's steps with what is done, at work and to come.</summary>
internal static class PlanText
{
    public static IEnumerable<StyledLine> Lines(IReadOnlyList<PlanStep> steps, int width) => steps.SelectMany(step => step.Status switch
    {
        "completed" => EntryText.Marked("✓ ", Ink.Success, step.Text, new TextStyle(Ink.Muted).With(Effects.Strike), width),
        "in_progress" => EntryText.Marked("▸ ", new TextStyle(Ink.Accent).With(Effects.Bold), step.Text, new TextStyle(Ink.Strong).With(Effects.Bold), width),
        _ => EntryText.Marked("☐ ", Ink.Muted, step.Text, default, width),
    });

    /// <summary>"2/5 Write the tests".</summary>
    public static string Short(IReadOnlyList<PlanStep> steps) =>
        $"{steps.Count(static step => step.Status == "completed")}/{steps.Count} {(steps.FirstOrDefault(static step => step.Status == "in_progress") ?? steps.FirstOrDefault(static step => step.Status == "pending"))?.Text ?? "all done"}";
}
