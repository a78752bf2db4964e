using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>Words within a Markdown paragraph: emphasis, code, links.</summary>
internal static class InlineText
{
    private const int LongestShownAddress = 60;

    /// <summary>One line for each that the text breaks into by itself; not wrapped yet.</summary>
    public static IReadOnlyList<StyledLine> Lines(ContainerInline? inlines, TextStyle style)
    {
        var lines = new List<StyledLine>();
        var built = new LineBuilder();
        if (inlines is not null)
        {
            Add(inlines, style, null);
        }
        lines.Add(built.Build());
        return lines;

        void Add(ContainerInline container, TextStyle look, string? link)
        {
            foreach (var inline in container)
            {
                switch (inline)
                {
                    case LiteralInline literal:
                        built.Add(literal.Content.ToString(), look, link);
                        break;
                    case CodeInline code:
                        built.Add(code.Content, new TextStyle(Ink.Code, look.Paper, look.Effects), link);
                        break;
                    case EmphasisInline emphasis:
                        Add(emphasis, look.With(emphasis.DelimiterChar == '~' ? Effects.Strike : emphasis.DelimiterCount >= 2 ? Effects.Bold : Effects.Italic), link);
                        break;
                    case LinkInline { IsImage: true } image:
                        built.Add($"[image: {TextOf(image)}]", new TextStyle(Ink.Muted), Reachable(image.Url)).Add(Address(image.Url), Ink.Faint);
                        break;
                    case LinkInline named:
                        Add(named, new TextStyle(Ink.Link, look.Paper, look.Effects | Effects.Underline), Reachable(named.Url));
                        // Where it leads is always said: a text can claim to be another address.
                        built.Add(TextOf(named).Trim() == named.Url?.Trim() ? "" : Address(named.Url), Ink.Faint);
                        break;
                    case AutolinkInline plain:
                        built.Add(plain.Url, new TextStyle(Ink.Link).With(Effects.Underline), Reachable(plain.IsEmail ? null : plain.Url));
                        break;
                    case LineBreakInline { IsHard: true }:
                        lines.Add(built.Build());
                        built = new LineBuilder();
                        break;
                    case LineBreakInline:
                        built.Add(" ", look);
                        break;
                    case HtmlInline html:
                        built.Add(html.Tag, Ink.Muted);
                        break;
                    case HtmlEntityInline entity:
                        built.Add(entity.Transcoded.ToString(), look, link);
                        break;
                    case TaskList:
                        break;
                    case ContainerInline other:
                        Add(other, look, link);
                        break;
                    default:
                        break;
                }
            }
        }
    }

    /// <summary>Only addresses that a terminal may open; everything else is text.</summary>
    private static string? Reachable(string? url) =>
        url is not null && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file" ? address.AbsoluteUri : null;

    private static string Address(string? url) => string.IsNullOrWhiteSpace(url) ? "" : $" ({(url.Length > LongestShownAddress ? url[..LongestShownAddress] + "…" : url)})";

    public static string TextOf(ContainerInline container) => string.Concat(container.Descendants().Select(static inline => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        AutolinkInline link => link.Url,
        LineBreakInline => " ",
        _ => "",
    }));
}
