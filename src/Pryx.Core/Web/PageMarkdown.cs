using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Pryx.Core.Web;

/// <summary>A page as Markdown: what a reader would see of it, in its order. What is hidden from readers is hidden from the model.</summary>
internal sealed class PageMarkdown
{
    /// <summary>Deeper than any page a person wrote; nesting beyond it is somebody's attack on the stack.</summary>
    private const int MaxDepth = 200;

    /// <summary>The largest ordinary pages take a tenth of it.</summary>
    private static readonly TimeSpan ParseTime = TimeSpan.FromSeconds(5);

    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal)
        { "script", "style", "template", "svg", "iframe", "object", "embed", "canvas", "head", "input", "select", "textarea", "button", "audio", "video", "map", "dialog", "link", "meta" };

    private static readonly HashSet<string> Blocks = new(StringComparer.Ordinal)
    {
        "p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "figure", "figcaption", "address", "form", "fieldset", "details", "summary", "dl", "dt", "dd",
        "ul", "ol", "table", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "body", "html", "noscript",
    };

    private readonly MarkdownWriter _out = new();
    private readonly Uri _base;
    private IReadOnlySet<IElement> _leftOut = new HashSet<IElement>();

    private PageMarkdown(Uri url) => _base = url;

    /// <param name="isWhole">False reads the main part of the page, and says so.</param>
    public static string From(string html, Uri url, bool isWhole = true)
    {
        var started = TimeProvider.System.GetTimestamp();
        // Every new element looks through all that are open: a page of nothing but opening tags takes the square of its length.
        var parser = new HtmlParser(new HtmlParserOptions
        {
            OnCreated = (_, _) =>
            {
                if (TimeProvider.System.GetElapsedTime(started) > ParseTime)
                {
                    throw new PageTooDeepException();
                }
            },
        });
        try
        {
            using var document = parser.ParseDocument(html);
            return From(document, url, isWhole);
        }
        catch (PageTooDeepException)
        {
            return "(This page is nested too deeply to be read.)";
        }
    }

    private static string From(IDocument document, Uri url, bool isWhole)
    {
        var page = new PageMarkdown(url);
        if (document.Title is { Length: > 0 } title)
        {
            page._out.Text($"Title: {title}");
            page._out.Block();
        }
        if (document.Body is not { } body)
        {
            return page._out.ToString();
        }
        if (isWhole)
        {
            page.Children(body, depth: 0);
            return page._out.ToString();
        }
        var main = MainContent.Of(body);
        page._leftOut = main.LeftOut;
        page.Children(main.Root, depth: 0);
        return main.Root == body && main.LeftOut.Count == 0 ? page._out.ToString() : $"{page._out.ToString().TrimEnd()}\n\n(The main part of the page; whole_page: true reads menus and footers, too.)";
    }

    private void Children(INode node, int depth)
    {
        for (var child = node.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is IText text)
            {
                _out.Text(text.Data);
            }
            else if (child is IElement element && depth < MaxDepth && !IsHidden(element) && !_leftOut.Contains(element))
            {
                Element(element, depth + 1);
            }
        }
    }

    private void Element(IElement element, int depth)
    {
        var name = element.LocalName;
        // A list within an item follows the item's text without a gap.
        var isBlock = Blocks.Contains(name) && !(name is "ul" or "ol" && element.ParentElement?.LocalName == "li");
        if (isBlock)
        {
            _out.Block();
        }
        switch (name)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                _out.Raw(new string('#', name[1] - '0') + " ");
                Children(element, depth);
                break;
            case "ul" or "ol":
                List(element, depth);
                break;
            case "li":
                Item(element, "- ", depth);
                break;
            case "pre":
                _out.Fence(element.TextContent, element.QuerySelector("code")?.ClassList.FirstOrDefault(css => css.StartsWith("language-", StringComparison.Ordinal))?["language-".Length..] ?? "");
                break;
            case "code" or "kbd" or "samp":
                _out.Text(element.TextContent.Contains('`', StringComparison.Ordinal) ? $"``{element.TextContent}``" : $"`{element.TextContent}`");
                break;
            case "blockquote":
                _out.Push("> ");
                Children(element, depth);
                _out.Pop();
                break;
            case "table":
                Table(element, depth);
                break;
            case "hr":
                _out.Raw("---");
                break;
            case "br":
                _out.Line();
                break;
            case "a" when Absolute(element.GetAttribute("href")) is { } link:
                _out.Raw("[");
                Children(element, depth);
                _out.Raw($"]({link})");
                break;
            case "img":
                if (element.GetAttribute("alt") is { Length: > 0 } alt)
                {
                    _out.Text($"![{alt}]");
                }
                break;
            case "strong" or "b":
                Wrapped("**", element, depth);
                break;
            case "em" or "i":
                Wrapped("*", element, depth);
                break;
            default:
                Children(element, depth);
                break;
        }
        if (isBlock)
        {
            _out.Block();
        }
    }

    private void Wrapped(string mark, IElement element, int depth)
    {
        _out.Raw(mark);
        Children(element, depth);
        _out.Raw(mark);
    }

    private void List(IElement list, int depth)
    {
        var number = int.TryParse(list.GetAttribute("start"), out var start) ? start : 1;
        foreach (var item in list.Children.Where(child => child.LocalName == "li" && !IsHidden(child)))
        {
            Item(item, list.LocalName == "ol" ? $"{number++}. " : "- ", depth + 1);
        }
    }

    private void Item(IElement item, string bullet, int depth)
    {
        if (depth >= MaxDepth)
        {
            return;
        }
        _out.Line();
        _out.Raw(bullet);
        _out.Push(new string(' ', bullet.Length));
        _out.StartOfItem();
        Children(item, depth);
        _out.Pop();
        _out.Line();
    }

    private void Table(IElement table, int depth)
    {
        var isFirst = true;
        // Rows of this table only: those of a table inside a cell stay in their cell.
        var rows = table.Children.SelectMany(part => part.LocalName == "tr" ? [part] : part.LocalName is "thead" or "tbody" or "tfoot" ? part.Children.Where(row => row.LocalName == "tr") : []);
        foreach (var row in rows.Where(row => !IsHidden(row)))
        {
            var cells = row.Children.Where(cell => cell.LocalName is "td" or "th").ToList();
            _out.Line();
            _out.OnOneLine(() =>
            {
                foreach (var cell in cells)
                {
                    _out.Raw("|");
                    _out.Line();
                    Children(cell, depth + 1);
                    _out.Line();
                }
                _out.Raw("|");
            });
            if (isFirst && cells.Count > 0)
            {
                _out.Line();
                _out.Raw(string.Concat(Enumerable.Repeat("| --- ", Math.Min(cells.Count, 100))) + "|");
            }
            isFirst = false;
        }
    }

    private string? Absolute(string? href) =>
        href is { Length: > 0 } && Uri.TryCreate(_base, href, out var url) && url.Scheme is "http" or "https" or "mailto" ? url.AbsoluteUri.Replace(")", "%29", StringComparison.Ordinal) : null;

    private static bool IsHidden(IElement element)
    {
        if (Dropped.Contains(element.LocalName) || element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true")
        {
            return true;
        }
        var style = element.GetAttribute("style")?.Replace(" ", "", StringComparison.Ordinal);
        return style is not null && (style.Contains("display:none", StringComparison.OrdinalIgnoreCase) || style.Contains("visibility:hidden", StringComparison.OrdinalIgnoreCase)
            || style.Contains("font-size:0", StringComparison.OrdinalIgnoreCase) || style.EndsWith("opacity:0", StringComparison.OrdinalIgnoreCase) || style.Contains("opacity:0;", StringComparison.OrdinalIgnoreCase));
    }

    private sealed class PageTooDeepException : Exception;
}
