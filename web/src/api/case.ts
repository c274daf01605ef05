/* What the API answers about procedures and cases; docs/api.md is the contract. */
import type { Basis, Choice, Ref, Value } from './types'

export interface RoleName { name: string; title: string }
export interface Item {
  name: string; title: string; type: string; len: number | null; scale: number | null; each: boolean; required: boolean; class: string
  unit: string | null; ref: string | null; check: string | null; options: Choice[]; sign: RoleName[]; basis: Basis[]
}
export interface Gate { name: string; title: string; fails: string; each: boolean; reason: boolean; inapplicable: boolean; exception: boolean; must: string | null; basis: Basis[]; implements?: string[] }
export interface Share { base: 'entitled' | 'present' | 'valid'; more: boolean; param: string; p?: string; q?: string; basis?: Basis[] }
export interface BallotOf { name: string; title: string; kind: string; mode: string; secret: boolean; quorum: Share | null; pass: Share | null; options: { name: string; title: string }[]; classes: { name: string; title: string; weight: number }[]; basis: Basis[] }
export interface MeetingOf { body: string; chair: string | null; speak_all: boolean; last_chair: boolean; written: boolean }
export interface NoticeOf { name: string; title: string; staff_only: boolean; show: string[]; window: string | null; basis: Basis[] }
export interface LimitOf { name: string; after: string | null; not_before: string | null; within: string | null; refuse: boolean; basis: Basis[] }
export interface StepDecl {
  name: string; title: string; group: number; by: RoleName[]; not_by: string[]; when: string | null; kinds: string[]; fields: Item[]; gates: Gate[]; limits: LimitOf[]
  meeting: MeetingOf | null; ballot: BallotOf | null; notice: NoticeOf | null; discretion: boolean; effects: number; returns: { to: string; title: string; mine: boolean }[]; basis: Basis[]
}
export interface LinesDecl { title: string; one: string; register: string | null; from: string | null; who: string | null; kind: string | null; fields: Item[] }
export interface ProcedureLine { name: string; title: string; subject: { register: string; title: string }; steps_count: number; mine: boolean; may_open: boolean; may_lay_down: boolean; basis: Basis[]; chapter: string | null; pack: string | null; line: number }
export interface Procedure extends ProcedureLine { open_by: RoleName[]; fields: Item[]; gates: Gate[]; lines: LinesDecl | null; steps: StepDecl[] }

export interface At { step: string; title: string; by: RoleName[]; mine: boolean; since: string | null; due: string | null; not_before: string | null; overdue: boolean; shut: number }
export interface CaseLine {
  id: number; procedure: { name: string; title: string }; subject: Ref | null; title: string; state: string; opened: string; ended: string | null
  done?: number; steps?: number; lines?: number; lines_in?: number; at?: At[]
}
export interface Told { name: string; title: string; value?: Value; hidden?: boolean }
export interface Votes { counts: Record<string, number>; passed: boolean | null; score: string | null }
export interface Objection { id: number; number: number; received: string; answered: string | null; outcome: string | null; text: string | null; by: string | null; answer: string | null; seq: number }
export interface Posted { id: number; seq: number; posted: string; from: string; to: string; text: string | null; objections: Objection[] }
export interface Round {
  id: number; seq: number; round: number; state: string; opened: string; happened: string | null; entered: string | null; late: boolean; paper: string | null; by: string | null; second: string | null
  signatures: string | null; reason: string | null; irregular: string | null; seen: string | null; values: Told[]; votes: Votes | null; opinions: { member: string; stance: string | null; says: string | null; chair: boolean; line?: number }[]; parts: { line: number; values: Told[]; votes: Votes | null }[]; notices: Posted[]
}
export interface Need {
  kind: 'field' | 'vote' | 'reason' | 'from' | 'by' | 'notice' | 'window' | 'objections' | 'gate' | 'later' | 'sub' | 'referral'
  holds: boolean; unknown: boolean; line?: number; day?: string; count?: number; item?: string; title?: string; limit?: string; basis?: Basis[]
  gate?: Gate; say?: string | null; values?: string | null; withheld?: boolean
}
export interface Step extends StepDecl { state: string | null; round: number; mine: boolean; barred: boolean; needs: Need[]; rounds: Round[] }
export interface Line { id: number; number: number; record: Ref | null; kind: string | null; state: string; left_step: string | null; left_by: string | null; values: Told[] }
export interface Case {
  seq: number; id: number; version: number; opened_seq: number; procedure: { name: string; title: string; basis: Basis[]; chapter: string | null; line: number }
  title: string; subject_title: string; subject: Ref | null; state: string; opened: string; entered: string | null; ended: string | null; by: string | null; reason: string | null; packs: string
  may_lay_down: boolean; may_reopen: boolean; may_take_up: boolean; may_adopt: boolean; may_prove: boolean; lay_down_by: RoleName[]; values: Told[]; lines: Line[]; lines_of?: { title: string; one: string; register: string | null; fields: Item[] }; steps: Step[]
}
export interface PublicNotice { id: number; title: string; procedure: string; posted: string; from: string; to: string; days_left: number; may_object: boolean; text: string; basis: Basis[] }
