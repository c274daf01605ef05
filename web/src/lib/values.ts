/* Values as on paper.  A choice is its title, a ref its display, a date 2026.11.21, an empty value nothing at all. */
import type { Choice, Field, FileValue, Ref, Value } from '@/api/types'
import { fileText } from '@/lib/files'

export const isRef = (v: unknown): v is Ref => typeof v === 'object' && v !== null && 'register' in v && 'id' in v
export const isChoice = (v: unknown): v is Choice => typeof v === 'object' && v !== null && 'code' in v && 'title' in v
export const isFile = (v: unknown): v is FileValue => typeof v === 'object' && v !== null && 'hash' in v

/* A day or a month as hands type it: 2026.1.31, 2026年1月31日, 2026/1, 20260131.  What it is not stays as it was typed, for the server to say so. */
export function typedDay(s: string): string | null {
  const text = s.trim()
  const m = /^(\d{4})\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2})\s*日?)?\s*[.月]?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})?$/.exec(text)
  return m ? [m[1]!, m[2]!.padStart(2, '0'), ...(m[3] ? [m[3].padStart(2, '0')] : [])].join('-') : text || null
}
export const paperDate = (s: string) => s.replace(/-/g, '.')

const units: Record<string, [string, string]> = { Y: ['年', ' y'], M: ['个月', ' mo'], D: ['天', ' d'] }
export function paperDuration(s: string, lang: string): string {
  const m = /^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(s)
  if (!m) return s
  const out = [m[2] && m[2] + units.Y![lang === 'zh' ? 0 : 1], m[3] && m[3] + units.M![lang === 'zh' ? 0 : 1], m[4] && m[4] + units.D![lang === 'zh' ? 0 : 1]].filter(Boolean)
  return (m[1] ?? '') + out.join('')
}

export const paperSize = (n: number) => (n < 1024 ? `${n} B` : n < 1048576 ? `${Math.round(n / 1024)} KiB` : `${(n / 1048576).toFixed(1)} MiB`)

/* The area's zone, by which its days are told; set when somebody signs in.  The clock of the browser's own machine does not count. */
export const place = { zone: 'Asia/Shanghai' }
const clocks = new Map<string, Intl.DateTimeFormat>()
function clockOf(zone: string) {
  const kept = clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  clocks.set(zone, kept)
  return kept
}

/* An instant as a clerk reads it: today by the clock alone, other days with the date. */
export function paperTime(iso: string | null | undefined, today = ''): string {
  if (!iso) return ''
  const d = new Date(iso)
  if (Number.isNaN(d.getTime())) return iso
  const [day = '', clock = ''] = clockOf(place.zone).format(d).split(' ')
  return day === today ? clock : `${paperDate(day)} ${clock}`
}

/* Two words that only the value's type knows how to say: they come in from the dictionary. */
export interface Words { yes: string; no: string; lang: string }

export function show(v: Value | undefined, f: Pick<Field, 'type'> | undefined, w: Words): string {
  if (v === null || v === undefined || v === '') return ''
  if (Array.isArray(v)) return v.map(x => show(x, f, w)).filter(Boolean).join(w.lang === 'zh' ? '、' : ', ')
  if (typeof v === 'boolean') return v ? w.yes : w.no
  if (typeof v === 'number') return String(v)
  if (isRef(v)) return v.display
  if (isChoice(v)) return v.title
  if (isFile(v)) return v.name || v.hash.slice(0, 12)
  if (typeof v === 'object') return JSON.stringify(v)
  const type = f?.type ?? ''
  if (/^(date|month)$/.test(type) || (!type && /^\d{4}-\d\d(-\d\d)?$/.test(v))) return paperDate(v)
  if (type === 'datetime') return paperTime(v)
  if (type === 'duration') return paperDuration(v, w.lang)
  return v
}

/* What a form holds for a value: the code of a choice, the id of a ref. */
export function raw(v: Value | undefined): string | boolean | number | null {
  if (v === undefined || v === null) return null
  if (isRef(v)) return v.id
  if (isChoice(v)) return v.code
  if (isFile(v)) return fileText(v)
  if (typeof v === 'object') return null
  return v
}

/* Names of two characters are padded in rosters, never in search. */
export const padName = (s: string) => (/^[\u3400-\u9fff]{2}$/.test(s) ? s[0] + '\u3000' + s[1] : s)

export const isNumeric = (f: Field) => /^number/.test(f.type)
export const isDay = (f: Field) => /^(date|month|datetime)$/.test(f.type)
