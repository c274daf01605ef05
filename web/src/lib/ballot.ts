/* Papers by keypad, and what a count comes to: nothing here touches the page. */
import type { Kind, Option, Result, Threshold, VoterClass } from '@/api/ballot'

/* What can stand on a paper of this ballot. */
export interface Shape { kind: Kind; candidates: string[]; places: number; options: Option[]; classes: VoterClass[] }
export interface Word { key: string; word: string; title: string }
export const graded = (k: Kind) => k === 'grade' || k === 'score'
export const counted = (k: Kind) => k === 'choose' || k === 'nominate'
export function wordsOf(s: Shape, t: (k: string) => string): Word[] {
  if (s.kind === 'approve') return ['yes', 'no', 'abstain'].map((w, i) => ({ key: String(i + 1), word: w, title: t('case.count.' + w) }))
  if (graded(s.kind)) return s.options.slice(0, 9).map((o, i) => ({ key: String(i + 1), word: o.name, title: o.title }))
  return []
}

/* A paper as it is typed.  cls: idx of the class of voters, -1: none yet; marks: a word by candidate; digits: of a number not whole yet. */
export interface Typing { cls: number; marks: string[]; at: number; digits: string; spoilt: boolean; done: boolean }
export const begin = (s: Shape, cls = -1): Typing => ({ cls: s.classes.length ? cls : 0, marks: s.candidates.map(() => ''), at: 0, digits: '', spoilt: false, done: false })
export const most = (s: Shape) => (s.kind === 'choose' ? s.places : s.candidates.length)
export const width = (s: Shape) => String(s.candidates.length).length

/* One key: a digit, '*' a void paper, '-' back, 'Enter' as it stands.  A paper on which everybody is marked is done by itself. */
export function press(s: Shape, p: Typing, key: string, words: number): Typing {
  const n: Typing = { ...p, marks: [...p.marks] }
  if (p.done) return p
  if (key === '*') return { ...n, spoilt: true, done: true }
  if (key === '-') return back(s, n)
  if (key === 'Enter') return n.cls < 0 || n.digits ? p : { ...n, done: true }
  if (!/^\d$/.test(key)) return p
  if (n.cls < 0) return Number(key) >= 1 && Number(key) <= s.classes.length ? { ...n, cls: Number(key) - 1 } : p
  if (counted(s.kind)) return choose(s, n, key)
  if (Number(key) > words) return p
  n.marks[n.at] = key
  n.at++
  n.done = n.at === s.candidates.length
  return n
}
function choose(s: Shape, n: Typing, key: string): Typing {
  n.digits += key
  if (n.digits.length < width(s)) return n
  const who = Number(n.digits) - 1
  n.digits = ''
  if (who < 0 || who >= s.candidates.length) return n
  n.marks[who] = n.marks[who] ? '' : '1'
  n.done = n.marks.filter(Boolean).length === most(s) && s.kind === 'choose'
  return n
}
function back(s: Shape, n: Typing): Typing {
  if (n.digits) return { ...n, digits: n.digits.slice(0, -1) }
  if (counted(s.kind)) {
    const last = n.marks.map((m, i) => (m ? i : -1)).filter(i => i >= 0).pop()
    if (last !== undefined) n.marks[last] = ''
    else if (s.classes.length) n.cls = -1
    return n
  }
  if (n.at > 0) { n.at--; n.marks[n.at] = '' } else if (s.classes.length) n.cls = -1
  return n
}

/* As it is sent: "a:1=yes;2=no"; "!" is a void one. */
export function textOf(s: Shape, p: Typing, words: Word[]): string {
  if (p.spoilt) return '!'
  const marks = p.marks.map((m, i) => (!m || m === '0' ? '' : `${i + 1}=${counted(s.kind) ? 'yes' : words[Number(m) - 1]!.word}`)).filter(Boolean).join(';')
  return (s.classes.length ? s.classes[p.cls]!.name + ':' : '') + marks
}
/* And as people read it. */
export function sayPaper(s: Shape, text: string, words: Word[], t: (k: string) => string): string {
  if (text === '') return t('ballot.paper.none')
  if (text === '!') return t('ballot.void')
  const colon = text.indexOf(':')
  const cls = colon >= 0 ? (s.classes.find(c => c.name === text.slice(0, colon))?.title ?? '') + '　' : ''
  const marks = text.slice(colon + 1).split(';').filter(Boolean).map(m => {
    const [i, w] = m.split('=')
    const who = s.candidates[Number(i) - 1] ?? i!
    return counted(s.kind) ? who : `${who} ${words.find(x => x.word === w)?.title ?? w}`
  })
  return cls + (marks.join('，') || t('ballot.blank'))
}

/* How many votes a threshold asks for: p/q of a base, compared as fractions. */
export function need(s: Threshold, base: number): number | null {
  if (s.p === undefined || s.q === undefined) return null
  const p = BigInt(s.p), q = BigInt(s.q), n = BigInt(base) * p
  return Number(s.more ? n / q + 1n : (n + q - 1n) / q)
}
export const baseOf = (s: Threshold, r: Result) => (s.base === 'entitled' ? r.entitled : s.base === 'present' ? r.present : r.valid ?? 0)
/* Votes that count for passing. */
export const forIt = (l: { yes?: number; votes?: number }) => l.yes ?? l.votes

/* A paper as it is sent: every one is as long as any other, for who sees no more than its size. */
const sent = 4096
export function filled<T extends object>(body: T): T & { pad: string } {
  const bare = new TextEncoder().encode(JSON.stringify({ ...body, pad: '' })).length
  return { ...body, pad: '.'.repeat(Math.ceil(bare / sent) * sent - bare) }
}
