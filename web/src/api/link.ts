/* What the API answers about the links of a case: who answers for them, the graph of a trace; docs/api.md is the contract. */
import type { Case, Item, RoleName } from './case'
import type { Finding, Ref } from './types'

export interface Found {
  id: number; seq: number; number: number; outcome: 'clear' | 'fault'; happened: string; entered: string; person: string | null; by: string | null; second: string | null
  finding: string | null; measure: string | null; withheld: boolean; basis: string | null; paper: string; slip: { id: number; title: string; state: string; state_title: string } | null
  corrects: number | null; corrected: number | null
}
export interface Link { link: number; step: string; title: string; round: number; found: Found[] }
export interface Liabilities { seq: number; id: number; may: boolean; by: RoleName[]; items: Link[] }
export type How = 'wrote' | 'above' | 'below' | 'earlier'
/* closed: out of sight, and told as nothing but that. */
export interface Node { case?: number; closed?: boolean; how: How; entry?: number; at?: number; step?: string }
export interface Trace { record: Ref | null; hidden: number; cut: boolean; items: Node[] }
export interface TracedCase { node: Node; of: Case; findings: Finding[]; links: Liabilities | null; closed: Node[]; open: { node: Node; title: string }[] }

/* What hangs on a case.  A case that is out of sight is closed: that it is there, and how far. */
export interface Beside { closed?: boolean; case?: number; title?: string; state?: string; at?: { title: string; by: RoleName[] }[] }
export interface Above extends Beside { step?: string; step_title?: string; line?: Ref | null }
export interface Sub extends Beside { round: number; line?: number; ended: string | null }
export interface Referred {
  id: number; seq: number; round: number; number: number; to: string; sent: string; entered: string; paper: string; reason: string | null; by: string | null
  outcome: 'agreed' | 'refused' | 'back' | null; answered: string | null; answer_entered: string | null; answer: string | null; answer_paper: string | null; answer_by: string | null
}
export interface AroundStep {
  step: string; title: string; open: boolean
  sub: { procedure: string; title: string; each: boolean; by: RoleName[]; may_open: boolean; lines: string | null; fields: Item[] } | null
  refer: { to: string; by: RoleName[]; stays: boolean; waits: boolean; may_refer: boolean; may_reply: boolean } | null
  subs: Sub[]; referrals: Referred[]; ballots: { id?: number; title?: string; closed?: boolean; ended: string | null; recounted: string | null; recount_same: boolean }[]
}
export interface Around {
  seq: number; id: number; version: number; above: Above | null; steps: AroundStep[]
  liabilities: { id: number; step: string; title: string; outcome: 'clear' | 'fault'; person: string | null; happened: string; corrected: boolean; slip: { id: number; title: string; state: string; state_title: string } | null }[]
}
