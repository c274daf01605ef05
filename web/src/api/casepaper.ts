/* Papers of a case, as the API tells them; docs/api.md is the contract. */
import type { Value } from './types'

export interface CasePaper {
  step: string; step_title: string; form: string; title: string; of: 'case' | 'subject' | 'line' | 'who'; state: 'ahead' | 'missing' | 'drafted' | 'filed' | 'shut'
  may_draft: boolean; printed_by?: string | null; may_file: boolean; drafted: string | null; drafted_by: string | null; filed: string | null; filed_by: string | null; number: string | null; file: Value | null
}
export interface CasePapers { seq: number; id: number; pdf: boolean; items: CasePaper[] }
