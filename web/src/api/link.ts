/* What the API answers about the links of a case: who answers for them, the graph of a trace; docs/api.md is the contract. */
import type { Case, RoleName } from './case'
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
