import DOMPurify from 'dompurify'
import { Marked } from 'marked'

const TAGS = ['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'input', 'span']
const ATTRIBUTES = ['href', 'title', 'rel', 'target', 'type', 'checked', 'disabled', 'start', 'align', 'class', 'data-lang', 'aria-label']
const SCHEMES = /^(?:https?:|mailto:)/i
/** Invisible signs that make text read in another order than it is. */
const BIDI = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g

function escape(text: string) {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)
}

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    // Nothing that a model writes is HTML here: its tags are shown as what they are.
    html({ text }) {
      return escape(text)
    },
    // A picture from elsewhere would tell elsewhere that it was looked at.
    image({ href, text }) {
      return SCHEMES.test(href) ? `<a href="${escape(href)}" rel="noopener noreferrer nofollow" target="_blank">[image: ${escape(text || href)}]</a>` : `[image: ${escape(text || 'not shown')}]`
    },
    link({ href, tokens }) {
      const inner = this.parser.parseInline(tokens)
      return SCHEMES.test(href) ? `<a href="${escape(href)}" title="${escape(href)}" rel="noopener noreferrer nofollow" target="_blank">${inner}</a>` : inner
    },
    code({ text, lang }) {
      return `<pre class="code" data-lang="${escape((lang ?? '').split(/\s/)[0]!.slice(0, 30))}"><code>${escape(text)}</code></pre>`
    },
    checkbox({ checked }) {
      return `<input type="checkbox" disabled aria-label="${checked ? 'done' : 'open'}"${checked ? ' checked' : ''}>`
    },
  },
})

/** Makes signs of direction visible: `‮` becomes a mark with its number. */
export function showBidi(text: string) {
  return text.replace(BIDI, sign => `⟦U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟧`)
}

/** Blocks of a text: all but the last stay the same while it grows. */
export function blocksOf(text: string): string[] {
  return marked.lexer(showBidi(text)).filter(token => token.type !== 'space').map(token => token.raw)
}

/** Safe HTML of Markdown, whoever wrote it. */
export function htmlOf(markdown: string): string {
  const html = marked.parse(showBidi(markdown), { async: false })
  return DOMPurify.sanitize(html, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES, ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, ALLOWED_URI_REGEXP: SCHEMES, ADD_URI_SAFE_ATTR: ATTRIBUTES.filter(name => name !== 'href') })
}
