namespace Pryx.Core.Setup;

/// <summary>The modes in the words of somebody who sees them for the first time, the usual one first.</summary>
internal static class ModeWords
{
    public static IReadOnlyList<(string Name, string About)> All { get; } =
    [
        ("workspace-only", "works in the folder by itself; asks before anything leaves it"),
        ("ask", "asks before every change and every command"),
        ("read-only", "reads and answers; changes nothing"),
        ("network-allowlist", "as workspace-only; reaches only hosts that you granted"),
        ("full", "asks nothing but what you pinned or denied; for machines you can throw away"),
    ];
}
