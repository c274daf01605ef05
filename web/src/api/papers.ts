/* Rosters, forms, statistics and comparisons, as the API gives them. */
import type { Problem, Ref, Values } from './types'

export interface Form { name: string; title: string; register: string; extension: string; outputs: string[]; may_import: boolean; may_print: boolean; may_photo: boolean; may_resume: boolean; elements: { element: string; group: string; title: string }[] }
export interface FormNote { severity: 'error' | 'warn' | 'note'; element: string | null; text: string | null; code: string; detail: string; hint: string | null }
export interface FormFile { idx: number; name: string; called: string; id: number | null; usable: boolean; fresh: boolean; written: boolean; changes: number; notes: FormNote[]; more: number }
export interface FormsJob {
  id: string; kind: string; state: 'reading' | 'ready' | 'applying' | 'done' | 'failed'; done: number; total: number
  form: string; files: FormFile[]; counts: { files: number; usable: number; fresh: number; errors: number; warnings: number; notes: number }
  result: ({ written: number; fresh: number; first_seq: number; last_seq: number } & Partial<Problem>) | null
}
export interface CompareLine { idx: number; kind: 'added' | 'gone' | 'changed' | 'several'; row: number; was_row: number; id: number | null; called: string; by: string | null; field: string | null; was: string | null; now: string | null; state: 'open' | 'taken' | 'moved' }
export interface CompareJob {
  id: string; kind: string; state: 'reading' | 'ready' | 'applying' | 'done' | 'failed'; register: string; sheet: string; warnings: string
  counts: { same: number; added: number; gone: number; changed: number; several: number }
  lines: CompareLine[]; cut: boolean; problem?: Problem & { title?: string }; result: { created: number; updated: number; closed: number; moved: number; last_seq: number } | null
}
export interface Under { of: Ref; id: number | null; version: number | null; values: Values | null }

export interface RosterColumn { title: string; value: string; format: string; above: string; width: number; total: boolean }
export interface RosterWords { register: string; title: string; columns: RosterColumn[]; where: string; order: string; group: string; a3: boolean; portrait: boolean }
export interface Declared extends Omit<RosterWords, 'columns'> { name: string; columns: RosterColumn[] }
export interface Kept { id: number; title: string; register: string; mine: boolean; shared: boolean; by: Ref; words: Partial<RosterWords> & { register: string; columns: Partial<RosterColumn>[] } }
export interface Shown {
  title: string; register: string; as_of: string; personal: boolean; may_print: boolean; count: number; cut: boolean
  columns: { title: string; above: string | null; type: 'text' | 'number' | 'date' | 'month'; width: number; hidden: boolean }[]
  rows: { kind: 'row' | 'group' | 'subtotal' | 'total'; cells: (string | null)[] }[]
}
