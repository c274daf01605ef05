/* Files as values: what a form holds is the text that the register keeps, "HASH SIZE TYPE NAME", or the hash alone. */
import { A, ask } from '@/api/client'
import type { FileValue } from '@/api/types'

export const fileText = (v: Pick<FileValue, 'hash' | 'name' | 'type' | 'size'>) => (v.name && v.type ? `${v.hash} ${v.size} ${v.type} ${v.name}` : v.hash)

/* null: a text that is no file, as the number or place of a paper. */
export function fileOf(text: unknown): FileValue | null {
  if (typeof text !== 'string') return null
  const m = /^([0-9a-f]{64})(?: (\d+) (\S+) (.+))?$/.exec(text)
  return m ? { hash: m[1]!, size: Number(m[2] ?? 0), type: m[3] ?? '', name: m[4] ?? '' } : null
}

export const accepted = '.pdf,.ofd,.docx,.xlsx,.pptx,.doc,.xls,.wps,.et,.jpg,.jpeg,.png,.txt,.csv,.zip'

/* The browser's own idea of a type is often none: the server goes by what is in the file. */
export const send = async (file: File) =>
  (await ask<FileValue>(A('files'), { method: 'POST', raw: file, type: file.type || 'application/octet-stream', headers: { 'X-Guiju-Filename': encodeURIComponent(file.name) } })).data
