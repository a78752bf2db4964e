import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import cpp from 'highlight.js/lib/languages/cpp'
import csharp from 'highlight.js/lib/languages/csharp'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import markdown from 'highlight.js/lib/languages/markdown'
import python from 'highlight.js/lib/languages/python'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

for (const [name, language] of Object.entries({ bash, cpp, csharp, css, diff, go, java, javascript, json, markdown, python, rust, sql, typescript, xml, yaml })) {
  hljs.registerLanguage(name, language)
}

const COLOURED = 50_000

/** Safe HTML: the library escapes what it is given. */
export function highlight(text: string, language: string): string | null {
  return hljs.getLanguage(language) && text.length <= COLOURED ? hljs.highlight(text, { language, ignoreIllegals: true }).value : null
}

/** Gives every code block of a message its frame: language, copy, colours. */
export function dress(box: HTMLElement) {
  for (const pre of box.querySelectorAll<HTMLPreElement>('pre.code:not([data-dressed])')) {
    const code = pre.querySelector('code')!
    const language = pre.dataset.lang ?? ''
    const text = code.textContent ?? ''
    const html = highlight(text, language)
    if (html !== null) code.innerHTML = html
    pre.dataset.dressed = ''
    const frame = document.createElement('div')
    frame.className = 'codeframe'
    const head = document.createElement('div')
    head.className = 'codehead'
    const name = document.createElement('span')
    name.textContent = language || 'text'
    const copy = document.createElement('button')
    copy.type = 'button'
    copy.textContent = 'Copy'
    copy.onclick = () => {
      void navigator.clipboard.writeText(text)
      copy.textContent = 'Copied'
      window.setTimeout(() => (copy.textContent = 'Copy'), 1500)
    }
    head.append(name, copy)
    pre.replaceWith(frame)
    pre.tabIndex = 0
    frame.append(head, pre)
  }
}
