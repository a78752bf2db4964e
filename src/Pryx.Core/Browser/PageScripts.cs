using System.Text.Encodings.Web;

namespace Pryx.Core.Browser;

/// <summary>What is asked of a page, in its own language. Elements are numbered by a reading, and found again by number or by their text.</summary>
internal static class PageScripts
{
    private const string Find = """
        const find = (want) => {
          const all = globalThis.__pryx || [];
          const number = /^\[?(\d+)\]?$/.exec(want.trim());
          if (number) { const e = all[Number(number[1]) - 1]; return e && e.isConnected ? e : null; }
          const text = want.trim().toLowerCase();
          const named = (e) => [e.innerText, e.value, e.placeholder, e.name, e.getAttribute('aria-label'), e.title].filter((t) => typeof t === 'string').map((t) => t.trim().toLowerCase());
          const wanted = 'a[href],button,input,select,textarea,summary,label,[role=button],[role=link],[role=tab],[role=menuitem],[onclick],[contenteditable=true]';
          const seen = [...document.querySelectorAll(wanted)].filter((e) => e.getClientRects().length);
          return seen.find((e) => named(e).includes(text)) || seen.find((e) => named(e).some((t) => t.includes(text))) || null;
        };
        """;

    /// <summary>Gives the address, the page's HTML and one line for each element.</summary>
    public const string Read = """
        (() => {
          const wanted = 'a[href],button,input:not([type=hidden]),select,textarea,summary,[role=button],[role=link],[role=tab],[role=menuitem],[onclick],[contenteditable=true]';
          const seen = [...document.querySelectorAll(wanted)].filter((e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden').slice(0, 120);
          globalThis.__pryx = seen;
          const one = (t) => (t || '').replace(/\s+/g, ' ').trim().slice(0, 80);
          const lines = seen.map((e, i) => {
            const tag = e.tagName.toLowerCase();
            const kind = tag === 'a' ? 'link' : tag === 'input' ? 'input ' + e.type : tag;
            const label = one(e.labels && e.labels[0] ? e.labels[0].innerText : e.getAttribute('aria-label') || e.innerText || e.placeholder || e.name || e.title);
            const value = (tag === 'input' && e.type !== 'password') || tag === 'textarea' || tag === 'select' ? one(e.value) : '';
            return '[' + (i + 1) + '] ' + kind + (label ? ' "' + label + '"' : '') + (value ? ' = "' + value + '"' : '');
          });
          const hide = [...document.querySelectorAll('body *')].filter((e) => !e.getClientRects().length && !['SCRIPT', 'STYLE', 'TEMPLATE'].includes(e.tagName) && getComputedStyle(e).display === 'none');
          hide.forEach((e) => e.setAttribute('data-pryx-hidden', ''));
          const copy = document.documentElement.cloneNode(true);
          hide.forEach((e) => e.removeAttribute('data-pryx-hidden'));
          copy.querySelectorAll('[data-pryx-hidden],script,style,template').forEach((e) => e.remove());
          return [location.href, copy.outerHTML.slice(0, 5000000), lines.join('\n')];
        })()
        """;

    /// <summary>Gives the middle of an element after it was brought into view, or null.</summary>
    public static string Place(string target) => $$"""
        (() => {
          {{Find}}
          const e = find({{Quote(target)}});
          if (!e) return null;
          const link = e.closest('a'); if (link) link.removeAttribute('target');
          e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
          const r = e.getClientRects()[0];
          return r ? [r.left + r.width / 2, r.top + r.height / 2] : null;
        })()
        """;

    /// <summary>True when a field has the focus and all its text is selected.</summary>
    public static string Focus(string target) => $$"""
        (() => {
          {{Find}}
          let e = find({{Quote(target)}});
          if (e && e.tagName === 'LABEL') e = e.control;
          if (!e || !(e.matches('input,textarea') || e.isContentEditable)) return false;
          e.scrollIntoView({ block: 'center', behavior: 'instant' });
          e.focus();
          if (e.select) e.select(); else getSelection().selectAllChildren(e);
          return true;
        })()
        """;

    public static string Has(string text) => $"document.body !== null && document.body.innerText.includes({Quote(text)})";

    private static string Quote(string text) => $"\"{JavaScriptEncoder.Default.Encode(text)}\"";
}
