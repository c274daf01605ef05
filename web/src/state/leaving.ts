/* Files that the server makes beside the page: followed wherever one goes, saved when they are done, and kept by the server for two hours. */
import { reactive } from 'vue'
import { A, ask, del, get, post, Refusal } from '@/api/client'
import type { Job } from '@/api/types'

export interface Leaving { id: string; name: string; began: number; state: 'making' | 'saved' | 'pending' | 'failed'; done: number; total: number; why: string }
export const leaving = reactive<Leaving[]>([])

export function save(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 5000)
}

export async function fetchFile(id: string, name: string) { save((await ask<Blob>(A(`jobs/${id}/file`), { blob: true })).data, name) }

interface Made extends Job { result?: { name?: string | null; pending?: number | null; detail?: string; hint?: string | null } | null; problem?: { detail?: string } }

async function look(l: Leaving) {
  if (!leaving.includes(l)) return
  try {
    const j = await get<Made>('jobs/' + l.id, { quiet: true })
    l.done = j.done
    l.total = j.total
    if (j.state === 'reading' || j.state === 'applying') { setTimeout(() => void look(l), Date.now() - l.began < 3000 ? 250 : 900); return }
    if (j.state === 'failed') { l.state = 'failed'; l.why = [j.result?.detail, j.result?.hint].filter(Boolean).join(' ') } else if (j.result?.pending || j.state !== 'done') { l.state = 'pending' } else {
      await fetchFile(l.id, l.name)
      l.state = 'saved'
    }
  } catch (e) {
    if (!(e instanceof Refusal)) return
    /* The server is away: the job is not. */
    if (e.status === 0 || e.status === 503) { setTimeout(() => void look(l), 2000); return }
    l.state = 'failed'
    l.why = [e.detail, e.hint].filter(Boolean).join(' ')
  }
}

export function follow(id: string, name: string) {
  leaving.push({ id, name, began: Date.now(), state: 'making', done: 0, total: 0, why: '' })
  void look(leaving[leaving.length - 1]!)
}

/* A second person may have agreed by now. */
export async function again(id: string, name: string) {
  await post(`jobs/${id}/apply`)
  follow(id, name)
}

export const dismiss = (l: Leaving) => { leaving.splice(leaving.indexOf(l), 1) }
export async function stop(l: Leaving) {
  dismiss(l)
  try { await del('jobs/' + l.id) } catch (e) { if (!(e instanceof Refusal)) throw e }
}
