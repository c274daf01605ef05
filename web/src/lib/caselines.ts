/* Lines that a case begins with, as they are typed: of candidates the record, of rows their values. */
import type { Line, LinesDecl } from '@/api/case'

export type LineRow = Record<string, unknown>
interface Has { id: number; display?: string; code?: string }
const isRef = (v: unknown): v is Has => typeof v === 'object' && v !== null && 'id' in v
const asTyped = (v: unknown): unknown => (isRef(v) ? { id: v.id, display: v.display } : typeof v === 'object' && v !== null && 'code' in v ? (v as Has).code : v)

/* A line of one case as a line of another: null where it has no record of that kind to offer. */
export function lineRow(d: LinesDecl, l: Line): LineRow | null {
  if (d.register) return l.record?.register === d.register ? { id: l.record.id, display: l.record.display, key: '' } : null
  const who = d.fields.find(f => f.name === d.who)
  if (!who || !l.record || l.record.register !== who.ref) return null
  const row: LineRow = { [who.name]: { id: l.record.id, display: l.record.display } }
  for (const f of d.fields) {
    const had = l.values.find(v => v.name === f.name && !v.hidden && v.value !== null && v.value !== undefined)
    if (f.name !== who.name && had) row[f.name] = asTyped(had.value)
  }
  return row
}
export const samePerson = (d: LinesDecl, row: LineRow, l: Line): boolean => {
  const has = d.register ? row.id : (row[d.who ?? ''] as Has | undefined)?.id
  return has !== undefined && has === l.record?.id
}
/* What is sent: rows without anything in them are nobody's. */
export function linesOut(d: LinesDecl | null, rows: LineRow[]): LineRow[] {
  if (!d) return []
  if (d.register) return rows.filter(r => r.id).map(r => ({ id: r.id }))
  return rows.map(r => Object.fromEntries(Object.entries(r).filter(([, v]) => v !== null && v !== undefined && v !== ''))).filter(r => Object.keys(r).length)
}
/* Does a step of some kinds concern this row?  The kind is written as its code. */
export function ofKinds(d: LinesDecl, row: LineRow, kinds: string[]): boolean {
  const f = d.fields.find(x => x.name === d.kind)
  if (!f || !kinds.length) return true
  const o = f.options.find(x => x.code === row[f.name])
  return !!o && (kinds.includes(o.code) || kinds.includes(o.title))
}
