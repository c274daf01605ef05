/* HTML of chapters is made by the server from Markdown without raw HTML; this keeps it so even if it were not. */
const allowed = new Set(['P', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'UL', 'OL', 'LI', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD', 'CODE', 'PRE', 'EM', 'STRONG', 'A', 'BLOCKQUOTE', 'HR', 'BR', 'SPAN', 'DIV', 'DEL', 'SUP', 'SUB'])
export function safe(html: string, parser: DOMParser = new DOMParser()): string {
  const doc = parser.parseFromString('<body>' + html, 'text/html')
  const walk = (el: Element) => {
    for (const c of Array.from(el.children)) {
      if (!allowed.has(c.tagName)) { c.remove(); continue }
      for (const a of Array.from(c.attributes)) {
        const keep = (c.tagName === 'A' && a.name === 'href' && /^(#|\/|\.\/)/.test(a.value)) || (a.name === 'id' && /^[\w\u3400-\u9fff-]+$/.test(a.value)) || (/^(TD|TH)$/.test(c.tagName) && /^(colspan|rowspan|align)$/.test(a.name))
        if (!keep) c.removeAttribute(a.name)
      }
      walk(c)
    }
  }
  walk(doc.body)
  return doc.body.innerHTML
}
