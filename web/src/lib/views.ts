/* Views of a list: kept in the area, for oneself or one's role.  What earlier versions kept in the browser is offered to be taken over. */
import { ref, watch, type Ref } from 'vue'
import { del, get, post, Refusal } from '@/api/client'
import { state } from '@/state/session'

export type ViewWords = Partial<Record<'cols' | 'chips' | 'q' | 'order' | 'closed', string>>
export interface View { id: number; title: string; mine: boolean; role: { name: string; title: string } | null; by: { display: string } | null; words: ViewWords }
const names = ['cols', 'chips', 'q', 'order', 'closed'] as const

export function wordsOf(query: Record<string, unknown>): ViewWords {
  const words: ViewWords = {}
  for (const k of names) if (typeof query[k] === 'string' && query[k]) words[k] = query[k] as string
  return words
}

export function useViews(register: Ref<string>) {
  const views = ref<View[]>([])
  const keeps = ref(false)
  const old = ref<{ name: string; query: Record<string, string> }[]>([])
  const oldKey = () => `guiju.view.${state.session?.account.name}.${register.value}`
  const path = () => `registers/${encodeURIComponent(register.value)}/views`
  function look() {
    try {
      const kept = JSON.parse(localStorage.getItem(oldKey()) ?? '[]') as typeof old.value
      old.value = Array.isArray(kept) ? kept.filter(v => v && typeof v.name === 'string' && v.query && typeof v.query === 'object') : []
    } catch { old.value = [] }
  }
  async function load() {
    look()
    try {
      const a = await get<{ items: View[]; keeps: boolean }>(path(), { quiet: true })
      views.value = a.items
      keeps.value = a.keeps
    } catch (e) { if (!(e instanceof Refusal)) throw e; views.value = []; keeps.value = false }
  }
  async function keep(title: string, words: ViewWords, role = '') {
    const before = views.value.find(v => v.mine && v.title === title)
    await post(path(), { ...(before ? { id: before.id } : {}), title, words, ...(role ? { role } : {}) })
    await load()
  }
  async function drop(v: View) {
    await del(`${path()}/${v.id}`)
    await load()
  }
  /* One by one: what the register does not take any more (a field that is gone) stays in the browser. */
  async function takeOver(): Promise<{ taken: number; refused: Refusal | null }> {
    let taken = 0
    let refused: Refusal | null = null
    const left: typeof old.value = []
    for (const v of old.value) {
      try {
        await post(path(), { title: v.name.slice(0, 60), words: wordsOf(v.query) })
        taken++
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        refused = e
        left.push(v)
      }
    }
    if (left.length) localStorage.setItem(oldKey(), JSON.stringify(left)); else localStorage.removeItem(oldKey())
    await load()
    return { taken, refused }
  }
  watch(register, () => { void load() }, { immediate: true })
  return { views, keeps, old, load, keep, drop, takeOver }
}
