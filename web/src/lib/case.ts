/* What pages of cases share: what a path looks like, values as they are said, acts with the case's version. */
import { post, Refusal } from '@/api/client'
import type { Case, Line, Need, Round, Step, Told, Votes } from '@/api/case'
import type { Receipt, Value } from '@/api/types'
import { show } from '@/lib/values'
import { words } from '@/i18n'

export interface Entry { happened?: string; paper?: string; second?: string; irregular?: string; reasons?: Record<string, string> }

export const act = (c: { id: number; version: number }, verb: string, body: Record<string, unknown>) =>
  post<Receipt>(`cases/${c.id}/${verb}`, body, { headers: { 'If-Match': `"${c.version}"` } })

/* The gate or word that a refusal names, where the server tells it. */
export interface RefusedAct { what: string; step: string | null; gate: { name: string; title: string; reason: boolean; inapplicable: boolean } | null }
export const refusedBy = (r: Refusal | null): RefusedAct | null => (r as (Refusal & { refused?: RefusedAct | null }) | null)?.refused ?? null

export const stateOf = (s: Step) => s.state ?? 'ahead'
export const openSteps = (c: Case) => c.steps.filter(s => s.state === 'open')
export const lastRound = (s: Step): Round | undefined => s.rounds.find(r => r.round === s.round) ?? s.rounds[s.rounds.length - 1]
/* Steps that run side by side stand together. */
export function groups(steps: Step[]): Step[][] {
  const out: Step[][] = []
  for (const s of steps) {
    const last = out[out.length - 1]
    if (last && last[0]!.group === s.group) last.push(s)
    else out.push([s])
  }
  return out
}
export const told = (v: Told | undefined): string => (!v ? '' : v.hidden ? '■■' : show(v.value as Value, undefined, words()))
export const valueOf = (list: Told[], name: string) => list.find(v => v.name === name)
/* What was put off and then taken up goes on in a case of its own: here it is neither out nor waiting. */
export const lineState = (l: Line) => (l.state === 'out' && l.left_by === 'deferred' ? 'taken' : l.state)
export const lineName = (l: Line | undefined) => l?.record?.display ?? '#' + (l?.number ?? '')

/* Needs of an open step in the order of paper: what is shut first. */
const order: Need['kind'][] = ['from', 'window', 'objections', 'notice', 'sub', 'referral', 'gate', 'field', 'vote', 'reason', 'by', 'later']
export const sorted = (needs: Need[]) => [...needs].sort((a, b) => Number(a.holds) - Number(b.holds) || order.indexOf(a.kind) - order.indexOf(b.kind))
/* A gate that holds for each of several stands once. */
export function folded(needs: Need[]): (Need & { times: number })[] {
  const out: (Need & { times: number })[] = []
  for (const n of sorted(needs)) {
    const same = n.kind === 'gate' && n.holds ? out.find(x => x.kind === 'gate' && x.holds && x.gate?.name === n.gate?.name) : undefined
    if (same) same.times++
    else out.push({ ...n, times: 1 })
  }
  return out
}
export const missing = (s: Step) => s.needs.filter(n => !n.holds && (n.kind === 'gate' || n.kind === 'from' || n.kind === 'window' || n.kind === 'notice' || n.kind === 'objections' || n.kind === 'sub' || n.kind === 'referral'))

export const countWords: [string, string][] = [['entitled', '应到'], ['present', '实到'], ['written', '书面意见'], ['valid', '有效票'], ['seats', '应选'], ['yes', '同意'], ['no', '反对'], ['abstain', '弃权'], ['votes', '得票']]
export function sayVotes(v: Votes, t: (k: string) => string): string {
  const known = countWords.filter(([k]) => k in v.counts).map(([k]) => `${t('case.count.' + k)} ${v.counts[k]}`)
  const other = Object.entries(v.counts).filter(([k]) => !countWords.some(([x]) => x === k)).map(([k, n]) => `${k} ${n}`)
  return [...known, ...other, v.score ? `${t('case.score')} ${v.score}` : '', v.passed === null ? '' : t(v.passed ? 'case.passed' : 'case.notpassed')].filter(Boolean).join('，')
}

/* ---- approved numbers of a batch, as it will be when all lines are done ---- */
export interface Seat { id: number; title: string; approved: number; held: number; out: number; into: number; after: number; over: boolean }
export function seatsAfter(lines: { from: number | null; to: number | null }[], posts: Map<number, { title: string; approved: number; held: number }>): Seat[] {
  const seats = new Map<number, Seat>()
  const seat = (id: number | null) => {
    const p = id === null ? undefined : posts.get(id)
    if (id === null || !p) return null
    if (!seats.has(id)) seats.set(id, { id, title: p.title, approved: p.approved, held: p.held, out: 0, into: 0, after: p.held, over: false })
    return seats.get(id)!
  }
  for (const l of lines) {
    const f = seat(l.from), t = seat(l.to)
    if (f) f.out++
    if (t) t.into++
  }
  for (const s of seats.values()) {
    s.after = s.held - s.out + s.into
    s.over = s.after > s.approved
  }
  return [...seats.values()]
}
/* Chains: who goes where another one leaves. */
export function chains(lines: { number: number; from: number | null; to: number | null }[]): number[][] {
  const byFrom = new Map(lines.filter(l => l.from !== null).map(l => [l.from!, l]))
  const byTo = new Map(lines.filter(l => l.to !== null).map(l => [l.to!, l]))
  const out: number[][] = []
  for (const head of lines) {
    if (head.to !== null && byFrom.has(head.to)) continue   // its place is made by another line: it is told in that chain
    const chain = [head.number]
    let at = head
    while (at.from !== null && byTo.has(at.from) && !chain.includes(byTo.get(at.from)!.number)) {
      at = byTo.get(at.from)!
      chain.push(at.number)
    }
    if (chain.length > 1) out.push(chain)
  }
  return out
}
