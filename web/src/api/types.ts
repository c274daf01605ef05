/* What the API answers; docs/api.md is the contract. */

export interface Choice { code: string; title: string }
export interface Ref { register: string; id: number; display: string }
export interface FileValue { hash: string; name: string; type: string; size: number; href?: string }  // href: below A/
export type Value = string | boolean | number | Choice | Ref | FileValue | Value[] | null
export type Values = Record<string, Value>

export interface Basis { title: string; article?: string | null }
export type Severity = 'serious' | 'warn' | 'info'

export interface Field {
  name: string; title: string; label?: string | null
  type: string; len?: number | null; scale?: number | null
  codes?: string | null; ref?: string | null
  required?: boolean; key?: boolean; unique?: boolean
  derived?: boolean; daily?: boolean; tree?: boolean
  class?: string | null; unit?: string | null; owner?: string | null
  basis?: Basis[] | null; feel?: string | null; may_write?: boolean
}
export interface Back { name: string; title: string; register: string; field: string }
export interface Register {
  name: string; title: string; titles?: { zh?: string; en?: string }; label?: string | null
  owner?: string | null; class?: string | null; key?: string | null; parent?: string | null
  trees?: { field: string; title: string }[]
  orders?: string[]
  may: { read: boolean; write: boolean; act: boolean; print: boolean }
  fields: Field[]
  backs?: Back[]
}
export interface CodeTable { title: string; rows: Choice[] }
export interface Meta {
  area: string; title: string; today: string; seq: number
  packs: { name: string; version: string; title: string }[]
  registers: Register[]
  codes: Record<string, CodeTable>
  roles: { name: string; title: string }[]
}

export interface RoleHeld { id?: number; name: string; title: string; scope?: string | null; tree?: string | null; node?: Ref | null; until?: string | null }
export interface Session {
  account: { id: number; name: string; display: string }
  person?: Ref | null
  roles: RoleHeld[]
  admin?: string[]
  csrf: string
  today: string
  zone: string
  profile?: string
  must_change_password?: boolean
}

export interface Record_ {
  id: number; version: number; display: string
  values: Values; hidden?: string[]
  closed?: boolean; seq?: number
  backs?: { register: string; field: string; title: string; count: number }[]
}
export interface Page<T> { seq?: number; items: T[]; next?: string | null; count?: number }
export interface Receipt { command: number; first_seq: number; last_seq: number; id?: number; version?: number; leaf?: string; repeated?: boolean }
export interface Problem { field?: string | null; code?: string; detail: string; hint?: string | null; basis?: Basis[] | null }

export interface Finding {
  id: number; rule: { name: string; title: string }; severity: Severity
  record: Ref; with?: Ref | null; say: string
  values?: { title: string; value: Value }[]
  basis?: Basis[]
  opened?: string | null; due?: string | null; closed?: string | null; what_to_do?: string | null
}
export interface Today {
  today: string; due_today: Finding[]; due_month: Finding[]
  waiting: { kind: string; title: string; line?: string | null; link?: string | null; due?: string | null; overdue?: boolean }[]
  counts: { serious: number; warn: number; info: number; undetermined: number }
  changes: { seq: number; time: string; actor: Ref | string | null; register: string; id: number; display: string; verb: string }[]
}
export interface Change { field: string; before: Value; after: Value; erased?: boolean }
export interface HistoryItem { seq: number; command: number; actor: Ref | null; time: string; happened: string | null; verb: string; version: number; changes: Change[] }
export interface Understood { register: string; filter: string; chips: { label: string; filter: string }[]; left: string[] }
export interface SearchAnswer { items: { register: string; id: number; display: string; line?: string | null }[]; understood: Understood | null }

export interface Scenario { name: string; title?: string | null; passed: boolean; detail?: string | null }
export interface Param { name: string; title: string; value: Value; from?: string | null; basis?: Basis[] | string | null }
export interface Rule {
  name: string; title: string; register: string; register_title: string; each?: { register: string; register_title: string; title: string } | null; severity: Severity
  where?: string | null; when?: string | null; say?: string | null
  basis?: Basis[]; chapter?: string | null; pack?: string | null; line?: number | null
  scenarios?: Scenario[]; findings?: number; params?: Param[]
}
export interface ExplainNode { text: string; value: Value | string; children?: ExplainNode[] }
export interface Explain { verdict: string; text: string; tree: ExplainNode[] | ExplainNode | null }
export interface ChapterLine { pack: string; file: string; title: string; left_out?: string | null; sections?: (string | { title: string; line?: number })[] }
export interface Declaration { kind: string; name: string | null; title: string | null; line: number; yaml: string; basis?: Basis[]; findings?: number; scenarios?: Scenario[] }
export interface ChapterPart { html?: string; declaration?: Declaration }
export interface Chapter { title: string; parts: ChapterPart[] }
export interface Diagnostic { severity: string; code?: string; file?: string; line: number; column: number; detail: string; hint?: string | null; near?: string | null }
export interface TryAnswer { steps?: (string | { title?: string; detail?: string })[]; opens: Finding[]; closes: Finding[]; problems?: Diagnostic[] }

export interface Entry {
  seq: number; command: number; kind: string; verb: string; time: string; happened?: string | null
  actor?: Ref | null; register?: string | null; id?: number | null; display?: string | null; version?: number | null; leaf: string
  seen?: boolean; changes?: Change[]
}
export interface EntryAnswer extends Entry { proof: Proof | null }
export interface Checkpoint { size: number; root: string; time?: string | null; note: string; origin?: string }
export interface Proof {
  seq: number; size: number; leaf: string; header: string
  commitments?: Record<string, string> | null
  bodies?: Body[] | null
  path: string[]; root: string; note?: string | null; verifier?: string | null; hash: 'sha256' | 'sm3'
}
export interface Body { class: string; number: number; salt: string; body: string }
export interface Job {
  id: string | number; kind: string; state: 'reading' | 'ready' | 'applying' | 'done' | 'failed'
  done: number; total: number
  headings?: { heading: string; field: string | null }[]
  preview?: (Values | Value[] | { line?: number; values: Values })[]
  bad?: { line: number; row?: number; field?: string | null; detail: string; hint?: string | null; text?: string | null }[]
  bad_count?: number
  would?: { created: number; updated: number; unchanged: number; refused: number }
  table?: boolean
  file?: string | null; register?: string | null; form?: string | null; began?: string | null; expires?: string | null
  notice?: { code: string; detail: string; hint?: string | null }
  result?: unknown
}
export interface Pending { id: number; kind?: string; verb?: string; title: string; line?: string | null; by?: Ref | string | null; time?: string | null; state?: string; may_confirm?: boolean; why_not?: string | null; target?: Ref | null; detail?: unknown }
export interface Account { id: number; version?: number; name: string; display?: string; title?: string; person?: Ref | null; since?: string | null; until?: string | null; locked?: boolean; certificate?: string | null; both?: boolean; roles?: RoleHeld[] }
export interface Role { name: string; title: string; level?: string | null; may?: unknown; basis?: Basis[]; holders?: number; admin?: string | null }
