/* Columns of a list: a register's own fields and, one step along a ref, another's.  Widths by what is declared. */
import type { Field, Register } from '@/api/types'
import { columns as begin } from '@/field/cn'

export interface Column { name: string; title: string; field: Field; width: number }

export function widthOf(f: Field): number {
  const t = f.type
  const head = [...(f.label ?? f.title)].reduce((n, c) => n + (c.charCodeAt(0) > 255 ? 14 : 7.5), 20)
  let w = 120
  if (t === 'boolean') w = 64
  else if (t === 'month') w = 84
  else if (t === 'date') w = 100
  else if (t === 'datetime') w = 140
  else if (/^number/.test(t)) w = 72
  else if (t === 'choice') w = 104
  else if (t === 'ref') w = 180
  else if (t === 'file') w = 100
  else { const len = f.len ?? 40; w = len <= 20 ? 104 : len <= 40 ? 112 : len <= 60 ? 180 : 280 }
  return Math.max(w, Math.min(head, 180))
}

export function resolve(name: string, r: Register, find: (name: string) => Register | undefined): Column | null {
  const dot = name.indexOf('.')
  if (dot < 0) {
    const f = r.fields.find(x => x.name === name)
    return f ? { name, title: f.label ?? f.title, field: f, width: widthOf(f) } : null
  }
  const via = r.fields.find(x => x.name === name.slice(0, dot))
  const to = via?.ref ? find(via.ref) : undefined
  const f = to?.fields.find(x => x.name === name.slice(dot + 1))
  return via && f ? { name, title: via.title + '·' + f.title, field: f, width: widthOf(f) } : null
}

export function firstColumns(r: Register): string[] {
  const asked = (begin[r.name] ?? []).filter(n => r.fields.some(f => f.name === n))
  if (asked.length) return asked
  const shown = r.fields.filter(f => f.class !== 'restricted' && f.class !== 'protected' && f.type !== 'file' && !f.derived && (f.len ?? 0) <= 200)
  const must = shown.filter(f => f.required || f.key)
  return [...must, ...shown.filter(f => !must.includes(f))].slice(0, 8).map(f => f.name)
}

/* The field that names a record: what its card has as heading is the display; a roster pads this one. */
export const naming = (r: Register) => r.fields.find(f => f.type.startsWith('text') && f.required && !f.key)?.name ?? r.key ?? r.fields[0]?.name ?? ''
