/* A thing to be fetched and its four states: waiting, refused, empty (for the page to say), there. */
import { onBeforeUnmount, reactive, type UnwrapNestedRefs } from 'vue'
import { Refusal } from '@/api/client'

export interface Load<T> { data: T | null; refusal: Refusal | null; loading: boolean; run: () => Promise<void> }

export function useLoad<T>(fetcher: (signal: AbortSignal) => Promise<T>, now = true): UnwrapNestedRefs<Load<T>> {
  let turn = 0
  let abort: AbortController | null = null
  const l = reactive({
    data: null as never, refusal: null as Refusal | null, loading: now,
    async run() {
      const mine = ++turn
      abort?.abort()
      abort = new AbortController()
      l.loading = true
      try {
        const d = await fetcher(abort.signal)
        if (mine !== turn) return
        l.data = d as never
        l.refusal = null
      } catch (e) {
        if (mine !== turn || (e as Error).name === 'AbortError') return
        l.refusal = e instanceof Refusal ? e : new Refusal(0, { code: 'web.fault', detail: String(e) })
      } finally {
        if (mine === turn) l.loading = false
      }
    }
  }) as unknown as UnwrapNestedRefs<Load<T>>
  onBeforeUnmount(() => { turn++; abort?.abort() })
  if (now) void l.run()
  return l
}

/* Many acts, one after the other, with count, rate, time left, and a way to stop. */
export interface Work { title: string; done: number; total: number; began: number; stop: boolean; running: boolean; failed: { what: string; refusal: Refusal }[] }
export async function runAll<T>(work: Work, items: T[], name: (x: T) => string, act: (x: T) => Promise<unknown>) {
  work.done = 0
  work.total = items.length
  work.began = Date.now()
  work.stop = false
  work.running = true
  work.failed = []
  for (const x of items) {
    if (work.stop) break
    try { await act(x) } catch (e) {
      work.failed.push({ what: name(x), refusal: e instanceof Refusal ? e : new Refusal(0, { detail: String(e) }) })
    }
    work.done++
  }
  work.running = false
}
