using AngleSharp.Dom;

namespace Pryx.Core.Web;

/// <summary>Which part of a page is what people come for: menus, footers and side columns are a model's tokens too, and say nothing.</summary>
internal sealed class MainContent
{
    /// <summary>Characters; less is a teaser, not the text.</summary>
    private const int Enough = 250;

    private MainContent(IElement root, IReadOnlySet<IElement> left) => (Root, LeftOut) = (root, left);

    public IElement Root { get; }

    /// <summary>Below the root, and not read.</summary>
    public IReadOnlySet<IElement> LeftOut { get; }

    /// <summary>The page's own word for its main part where it has one that holds most of its text, else all of it without what is marked as navigation.</summary>
    public static MainContent Of(IElement body)
    {
        var around = body.QuerySelectorAll("nav,footer,aside,[role=navigation],[role=contentinfo],[role=complementary],[role=search]").Where(part => part.Closest("article,main,[role=main]") is null).ToHashSet();
        var all = LengthOf(body) - around.Where(part => !around.Contains(part.ParentElement!)).Sum(LengthOf);
        if (all < Enough)
        {
            // A page of nothing but links is read for its links.
            return new(body, new HashSet<IElement>());
        }
        var main = body.QuerySelectorAll("main,[role=main]").Concat(body.QuerySelectorAll("article")).Where(part => LengthOf(part) >= Enough).FirstOrDefault(part => LengthOf(part) * 2 >= all);
        return main is null
            ? new(body, around)
            : new(main, main.QuerySelectorAll("nav,[role=navigation],[role=search]").ToHashSet());
    }

    // Of what can be seen, about: scripts and styles are no text.
    private static int LengthOf(IElement element)
    {
        var length = 0;
        foreach (var text in element.Descendants<IText>())
        {
            if (text.ParentElement is { LocalName: not ("script" or "style" or "template") })
            {
                length += text.Data.AsSpan().Trim().Length;
            }
        }
        return length;
    }
}
