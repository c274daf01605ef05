/* What a count of a meeting comes to while it is typed: who is there, who is short of what.  The server judges; this says beforehand what it would say. */
import type { BallotOf, Need, Step } from '@/api/case'
import { missing } from '@/lib/case'
import { need } from '@/lib/ballot'

export interface Reach { base: number | null; need: number | null; have: number | null; lack: number }   // lack 0: enough, or not known yet
export interface Tallied {
  entitled: number | null; present: number | null; cast: number | null
  quorum: Reach | null; rows: { name: string; cast: number | null; reach: Reach | null }[]
  wrong: { key: string; name: string; n: number; of: number }[]
}
const whole = (text: string | undefined) => (/^\d{1,9}$/.test((text ?? '').trim()) ? Number(text) : null)
const reach = (n: number | null, have: number | null, base: number | null): Reach => ({ base, need: n, have, lack: n === null || have === null ? 0 : Math.max(0, n - have) })

/* rows: the lines with their votes; where a case has none, the whole is its one row, without a name. */
export function tally(b: BallotOf, counts: Record<string, string | undefined>, rows: { name: string; votes: Record<string, string | undefined> }[] | null): Tallied {
  const entitled = whole(counts.entitled), present = whole(counts.present), written = whole(counts.written) ?? 0
  const may = present === null ? null : present + written, valid = whole(counts.valid) ?? may
  const wrong: Tallied['wrong'] = []
  const over = (key: string, name: string, n: number | null, of: number | null) => { if (n !== null && of !== null && n > of) wrong.push({ key, name, n, of }) }
  over('present', '', present, entitled)
  if (!wrong.length && written) over('written', '', may, entitled)
  over('valid', '', valid, may)
  const base = b.pass ? { entitled, present, valid }[b.pass.base] : null
  const out = (rows ?? [{ name: '', votes: counts }]).map(r => {
    const [yes, no, abstain, votes] = ['yes', 'no', 'abstain', 'votes'].map(k => whole(r.votes[k]))
    const given = b.kind === 'approve' ? [yes, no, abstain] : [votes]
    const cast = given.some(x => x !== null) ? given.reduce<number>((s, x) => s + (x ?? 0), 0) : null
    over('cast', r.name, cast, valid)
    return { name: r.name, cast, reach: b.pass ? reach(base === null ? null : need(b.pass, base), cast === null ? null : ((b.kind === 'approve' ? yes : votes) ?? 0), base) : null }
  })
  return { entitled, present, cast: valid, quorum: b.quorum ? reach(entitled === null ? null : need(b.quorum, entitled), present, entitled) : null, rows: out, wrong }
}

export interface Said { member: string; stance: string; says: string; chair: boolean }
/* Whose stand is written down, and what is still wrong with the order of speaking. */
export function stands(said: Said[], present: number | null, speakAll: boolean, lastChair: boolean) {
  const given = said.filter(o => o.member.trim() && (o.stance || o.says.trim()))
  const members = new Set(given.map(o => o.member.trim())).size
  const by = new Map<string, number>()
  for (const o of given) if (o.stance) by.set(o.stance, (by.get(o.stance) ?? 0) + 1)
  const last = given[given.length - 1]
  return { members, by: [...by], short: speakAll && present !== null ? present - members : 0,
    chairLast: !lastChair || !last || (last.chair && given.every(o => !o.chair || o.member.trim() === last.member.trim())) }
}

/* What keeps a step off the agenda: not what only drops a line, nor what a written reason lets through. */
export const holding = (s: Step): Need[] => missing(s).filter(n => n.kind !== 'gate' || !n.gate || !(n.gate.fails === 'drop' || n.gate.reason || n.gate.inapplicable || n.gate.exception))
