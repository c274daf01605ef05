/* The file that is being imported stays in the page, so that headings can be mapped and bad cells mended before it is sent again. */
export interface Sheet { rows: string[][]; lines: number[] }

export function decode(bytes: Uint8Array): { text: string; encoding: string } {
  const at = (...b: number[]) => b.every((x, i) => bytes[i] === x)
  if (at(0xef, 0xbb, 0xbf)) return { text: new TextDecoder('utf-8').decode(bytes.subarray(3)), encoding: 'UTF-8' }
  if (at(0xff, 0xfe)) return { text: new TextDecoder('utf-16le').decode(bytes.subarray(2)), encoding: 'UTF-16' }
  if (at(0xfe, 0xff)) return { text: new TextDecoder('utf-16be').decode(bytes.subarray(2)), encoding: 'UTF-16' }
  try { return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' } } catch { /* an older office */ }
  return { text: new TextDecoder('gb18030').decode(bytes), encoding: 'GB18030' }
}

/* RFC 4180; the separator is what the first line has most of.  lines[i]: on which line of the file row i begins, from 1. */
export function parse(text: string): Sheet {
  const head = text.slice(0, text.search(/\r?\n|$/))
  const sep = ['\t', ';', ','].reduce((a, b) => (head.split(b).length >= head.split(a).length ? b : a))
  const rows: string[][] = []
  const lines: number[] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let begun = 1
  const end = () => { row.push(cell); cell = ''; if (row.length > 1 || row[0] !== '') { rows.push(row); lines.push(begun) } row = []; begun = line }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { cell += '"'; i++ } else if (c === '"') quoted = false
      else { if (c === '\n') line++; cell += c }
    } else if (c === '"' && cell === '') quoted = true
    else if (c === sep) { row.push(cell); cell = '' }
    else if (c === '\n') { line++; end() }
    else if (c !== '\r') cell += c
  }
  if (cell !== '' || row.length) end()
  return { rows, lines }
}

const quote = (s: string) => (/[",\r\n]|^\s|\s$/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s)
/* Lines keep their numbers only where no cell has a line end in it; the server's numbers are for what was sent last. */
export const write = (rows: string[][]) => rows.map(r => r.map(quote).join(',')).join('\r\n') + '\r\n'
