using Pryx.Protocol.Approvals;

namespace Pryx.Terminal;

/// <summary>A model's opinion on a question, in one line. What it wrote is shown as the model's word, cut and without control characters.</summary>
internal static class ReviewText
{
    private const int Longest = 200;

    public static string Of(ApprovalReview review, Style style)
    {
        var text = $"reviewer ({SafeText.Line(review.Model, 60)}): {(review.Opinion == "harmless" ? "looks harmless" : "careful")}{(review.Text.Length == 0 ? "" : ": " + SafeText.Line(review.Text, Longest))}";
        return review.Opinion == "harmless" ? style.Dim(text) : style.Yellow(text);
    }
}
