/* What the API answers about slips; docs/api.md is the contract. */
import type { Item, RoleName } from './case'
import type { Basis, Finding, Ref, Value } from './types'

export interface SlipKind { name: string; title: string; basis: Basis[]; may_issue: boolean; next_grade: string | null; case?: { name: string; title: string } | null; fields: Item[] }
export type SlipAct = 'reply' | 'accept' | 'send-back' | 'withdraw' | 'escalate' | 'decline'
export interface SlipLine {
  id: number; kind: { name: string; title: string }; subject: Ref | null; state: string; state_title: string; overdue: boolean
  issued: string; due: string | null; closed: string | null; proposed: string | null; declined?: string | null; turn: { what: 'reply' | 'accept'; by: RoleName[]; mine: boolean } | null; may: SlipAct[]
}
export interface Slip extends SlipLine {
  finding: Finding | null; to: RoleName[]; accepted_by?: RoleName[]; basis?: Basis[]; next_grade?: string | null; about: string | null; rests_on: string | null; say: string | null; by: string | null; reason: string | null
  declined_why?: string | null; case?: { case?: number; title?: string; state?: string; closed?: boolean } | null; replied: string | null; effect: string | null; lapsed: boolean; sent_back: number; earlier: number | null; next: number | null; fields: Item[]; answers: { name: string; title: string; value?: string; file?: Value; hidden?: boolean }[]
}
