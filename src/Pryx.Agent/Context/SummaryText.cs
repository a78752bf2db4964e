using System.Globalization;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>How summaries are worded, and where the model reads them.</summary>
internal static class SummaryText
{
    public const string Mark = "[SUMMARY of ";

    /// <param name="ledger">As of <see cref="WorkLedger"/>.</param>
    /// <param name="messages">How many it stands for.</param>
    public static string Of(int messages, string summary, string userWords, string ledger = "") => string.Create(
        CultureInfo.InvariantCulture, $"{Mark}{messages} messages]: {summary.Trim()}{(userWords.Length == 0 ? "" : $"\n\nWhat the user said in them, word for word; it still holds:\n{userWords}")}{(ledger.Length == 0 ? "" : $"\n\n{ledger}")}");

    /// <summary>
    /// NFR-M1.2 wants a system message. It is part of the one that there is: many servers take only one, and only in front. A text in which
    /// a stranger's words may live on is not given that weight.
    /// </summary>
    public static bool IsForSystem(Summary summary) => summary.Provenance != Provenance.Untrusted;

    public static string Under(string instructions, IReadOnlyList<Summary> active)
    {
        var texts = active.Where(IsForSystem).Select(summary => summary.Text).ToList();
        return texts.Count == 0 ? instructions : $"{instructions}\n\nEarlier parts of this conversation are not shown any more; this is what they came to:\n\n{string.Join("\n\n", texts)}";
    }
}
