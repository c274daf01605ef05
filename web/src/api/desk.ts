/* Statistics, questions to units, photographs in bulk, résumés against posts: as the API gives them. */
import type { Problem, Ref } from './types'

export interface Report {
  title: string; register: string; as_of: string; rows: string[]; columns: string[]; row_of: (number | null)[]; column_of: (number | null)[]; cells: (number | null)[][]
  all: number; undetermined: number; mistakes: string; ties: string; guarded: boolean; min_group: number; may_freeze: boolean; may_print: boolean; may_open: boolean
}
export interface FrozenTable { report: string; title: string; as_of: string; rows: string[]; columns: string[]; cells: (number | null)[][]; all: number }
export interface Frozen { id: number; version: number; year: number; as_of: string; table: FrozenTable }
export interface Who { count: number; items: Ref[] }

export interface AskUnit { unit: Ref; key: string; rows: number; cells: number; blanks: number }
export interface QuestionMark { unit: number; sent: string | null; times: number; returned: string | null; cells: number }
export interface Question { id: number; version: number; title: string; mine: boolean; by: Ref | null; level: string; shown: string[]; asked: string[]; words: string; since: string | null; due: string | null; ids: number[]; units: number[]; marks: QuestionMark[] }
export interface AnswerFile { idx: number; name: string; unit: string | null; answered: number; changes: number; written: number; usable: boolean; notes: ({ row: number; field: string; text: string } & Problem)[]; more: number }
export interface AnswersJob { id: string; state: 'reading' | 'ready' | 'applying' | 'done' | 'failed'; files: AnswerFile[]; result: { written: number; notes: number } | null }

export interface PhotoFile { idx: number; name: string; id: number | null; called: string; usable: boolean; same: boolean; odd: boolean; written: boolean; width: number; height: number; detail?: string; hint?: string }
export interface PhotosJob { id: string; state: 'reading' | 'ready' | 'applying' | 'done' | 'failed'; form: string; files: PhotoFile[]; counts: { files: number; usable: number; same: number; odd: number; refused: number }; result: { written: number } | null }

export interface ResumeLine { idx: number; id: number; called: string; kind: 'dates' | 'text' | 'no_line' | 'no_record'; line: string; record: string; state: 'open' | 'taken' | 'moved' }
export interface ResumeJob { id: string; state: 'reading' | 'ready' | 'applying' | 'done' | 'failed'; form: string; people: number; lines: ResumeLine[]; cut: boolean; written: { id: number; called: string; written: string; rebuilt: string }[]; problem?: Problem & { title?: string }; result: { taken: number; moved: number } | null }
