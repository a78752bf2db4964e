using Pryx.Protocol.Approvals;

namespace Pryx.Terminal;

/// <summary>The preview of a call as screen lines: the whole command, wrapped; a diff in colours.</summary>
internal static class PreviewText
{
    public static IReadOnlyList<string> Lines(Approval approval, int width, Style style)
    {
        if (string.IsNullOrEmpty(approval.Preview))
        {
            return [];
        }
        var text = SafeText.Of(approval.Preview.TrimEnd('\n', '\r'));
        return approval.PreviewKind switch
        {
            PreviewKind.Command => [.. TextLayout.Wrap(text, width - 2).Select((line, i) => (i == 0 ? "$ " : "  ") + line)],
            PreviewKind.Diff => [.. text.Split('\n').SelectMany(line => TextLayout.Wrap(line, width).Select(part => Coloured(line, part, style)))],
            _ => TextLayout.Wrap(text, width),
        };
    }

    private static string Coloured(string line, string part, Style style) => line switch
    {
        ['+', '+', '+', ..] or ['-', '-', '-', ..] => style.Bold(part),
        ['+', ..] => style.Green(part),
        ['-', ..] => style.Red(part),
        ['@', '@', ..] => style.Cyan(part),
        _ => part,
    };
}
