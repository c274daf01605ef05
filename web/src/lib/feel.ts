/* Filters that the page writes for the server, as FEEL over the record.  Names are ASCII; a choice is compared by its title. */
import type { Field } from '@/api/types'

export const feelText = (s: string) => '"' + s.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n') + '"'

export type Op = 'is' | 'not' | 'has' | 'from' | 'to' | 'empty' | 'filled'

export function opsFor(f: Field): Op[] {
  const t = f.type
  if (/^number/.test(t) || /^(date|month|datetime)$/.test(t)) return ['from', 'to', 'is', 'empty', 'filled']
  if (t === 'boolean') return ['is', 'empty', 'filled']
  if (t === 'choice') return ['is', 'not', 'empty', 'filled']
  if (t === 'ref') return ['is', 'empty', 'filled']
  if (t === 'file') return ['filled', 'empty']
  return ['has', 'is', 'empty', 'filled']
}

function literal(f: Field, value: string): string {
  if (/^number/.test(f.type)) return /^-?\d+(\.\d+)?$/.test(value) ? value : '0'
  if (f.type === 'boolean') return value === 'true' ? 'true' : 'false'
  if (f.type === 'date') return `date(${feelText(value)})`
  if (f.type === 'month') return `date(${feelText(value.length === 7 ? value + '-01' : value)})`
  return feelText(value)
}

export function condition(f: Field, op: Op, value: string, refKey = ''): string {
  const n = f.name
  switch (op) {
    case 'empty': return `${n} = null`
    case 'filled': return `${n} != null`
    case 'has': return `contains(${n}, ${feelText(value)})`
    case 'from': return `${n} >= ${literal(f, value)}`
    case 'to': return `${n} <= ${literal(f, value)}`
    case 'not': return `${n} != ${literal(f, value)}`
    default: return f.type === 'ref' && refKey ? `${n}.${refKey} = ${feelText(value)}` : `${n} = ${literal(f, value)}`
  }
}

/* Several conditions hold together; each stands in brackets so that an "or" inside one stays inside. */
export const both = (parts: string[]) => {
  const real = parts.map(p => p.trim()).filter(Boolean)
  return real.length <= 1 ? real[0] ?? '' : real.map(p => `(${p})`).join(' and ')
}
