/* What the API answers about ballots; docs/api.md is the contract.  Nothing of it speaks of voters. */
import type { Basis } from './types'

export interface Threshold { base: 'entitled' | 'present' | 'valid'; more: boolean; param: string; p?: string; q?: string; basis?: Basis[] }
export interface Option { name: string; title: string }
export interface VoterClass extends Option { weight: number }
export type Kind = 'nominate' | 'approve' | 'choose' | 'grade' | 'score'
export type Mode = 'sign-in' | 'code' | 'paper' | 'hands' | 'voice'
export interface Declared {
  name: string; title: string; kind: Kind; mode: Mode; secret: boolean; rounds: number; may_open: boolean; may_type: boolean; basis: Basis[]; permit: { basis: Basis[] }
  quorum: Threshold | null; pass: Threshold | null; differential: string | null; tie: 'report' | 'fails' | 'runoff'; publish: 'none' | 'result' | 'papers'; receipts: boolean; names_given: boolean; options: Option[]; classes: VoterClass[]
}
export interface BallotLine {
  id: number; title: string; case: number | null; declaration: string; declared: string; kind: Kind; mode: Mode; secret: boolean; state: 'open' | 'entering' | 'closed'
  opened: string; closed: string | null; round: number; rounds: number; entitled: number; present: number | null; papers: number | null; may_open: boolean; may_type: boolean
}
export interface CountLine { name: string; yes?: number; no?: number; abstain?: number; votes?: number; options?: number[]; score?: string; passed?: boolean; tied?: boolean }
export interface Result { cast: number; entitled: number; present: number; valid?: number; lines: CountLine[] }
export interface Ballot extends BallotLine {
  seq: number; places: number; earlier: number | null; basis: Basis[]; permit: { basis: Basis[] }; quorum: Threshold | null; pass: Threshold | null; differential: string | null; tie: 'report' | 'fails' | 'runoff'
  publish: 'none' | 'result' | 'papers'; receipts: boolean; names_given: boolean; options: Option[]; classes: VoterClass[]; candidates: string[] | null; result: Result | null
  recounted: string | null; recounted_by: string | null; recount_same: boolean; min_group: number
}
export interface Sheets { id: number; present: number; tellers: { name: string; mine: boolean; done: boolean; papers: number | null }[]; both_done: boolean; differences: { number: number; first: string; second: string }[] | null }
export interface Seat { id: number; title: string; declared: string; kind: Kind; mode: Mode; secret: boolean; round: number; places: number; receipts: boolean; class: string | null; basis: Basis[]; permit: { basis: Basis[] }; options: Option[]; classes: VoterClass[]; candidates: string[] }
