/* The lines of a plan while a clerk works at them: each is written as soon as it is complete, all that wait together, in order; what the rules say comes after. */
import { computed, reactive, ref } from 'vue'
import { get, post, query, record, records, Refusal } from '@/api/client'
import type { Basis, Page, Record_, Severity, Value } from '@/api/types'
import { plan as P, team } from '@/field/cn'
import { feelText } from '@/lib/feel'
import { renumber, type PlanPost } from '@/lib/plan'
import { isChoice, isRef } from '@/lib/values'
import { register } from '@/state/session'

export interface Picked { id: number; display: string; key: string }
export interface Hint { id: number; rule: { name: string; title: string }; severity: Severity; verdict: string; say: string | null; basis: Basis[] }
export interface Row { key: number; id: number | null; version: number; number: number; who: Picked | null; now: string; kind: string; from: Picked | null; to: Picked | null; why: string; dirty: Set<string>; problem: string }

const L = P.line
const text = (v: Value | undefined) => (typeof v === 'string' ? v : '')
const num = (v: Value | undefined) => Number(v ?? 0)
const picked = (v: Value | undefined, key = ''): Picked | null => (isRef(v) ? { id: v.id, display: v.display, key } : null)

export function usePlanBook(id: () => number | null) {
  const rows = ref<Row[]>([])
  const posts = ref(new Map<number, PlanPost>())
  const holds = ref(new Map<number, Picked[]>())   // person -> posts held now
  const hints = ref(new Map<number, Hint[]>())
  const refusal = ref<Refusal | null>(null)
  const saving = ref(false)
  let keys = 0
  const kinds = computed(() => {
    const f = register(L.register)?.fields.find(x => x.name === L.kind)
    return f?.codes ? f.codes : ''
  })

  const postOf = (v: Record_['values'], prefix: string): PlanPost => ({ title: text(v[prefix + team.post.full]), unit: isRef(v[prefix + team.post.org]) ? (v[prefix + team.post.org] as { display: string }).display : '', approved: num(v[prefix + team.post.approved]), held: num(v[prefix + team.post.held]) })
  const columnsOf = (prefix: string) => [team.post.full, team.post.org, team.post.approved, team.post.held].map(n => prefix + n)

  function row(r: Record_): Row {
    const v = r.values
    for (const side of [L.from, L.to]) {
      const p = v[side]
      if (isRef(p)) posts.value.set(p.id, postOf(v, side + '.'))
    }
    const k = v[L.kind]
    return { key: ++keys, id: r.id, version: r.version, number: num(v[L.number]), who: picked(v[L.who], text(v[L.who + '.' + register(team.person.register)?.key])), now: text(v[L.who + '.' + team.person.now]), kind: isChoice(k) ? k.code : '', from: picked(v[L.from]), to: picked(v[L.to]), why: text(v[L.why]), dirty: new Set(), problem: '' }
  }

  async function fetched(signal?: AbortSignal): Promise<Row[]> {
    const person = [team.person.now, register(team.person.register)?.key ?? ''].filter(Boolean).map(n => L.who + '.' + n)
    const columns = [L.number, L.who, ...person, L.kind, L.from, ...columnsOf(L.from + '.'), L.to, ...columnsOf(L.to + '.'), L.why]
    const a = await get<Page<Record_>>(records(L.register) + query({ ref: `${L.plan}:${id()}`, columns: columns.join(','), limit: 200 }), { signal, quiet: true })
    return a.items.map(row).sort((x, y) => x.number - y.number)
  }

  /* Which posts these people hold now: one question for all whose keys are new. */
  async function learn(people: Picked[]) {
    const fresh = people.filter(p => p.key && !holds.value.has(p.id))
    const key = register(team.person.register)?.key
    if (!fresh.length || !key || !register(team.tenure.register)) return
    const filter = `${team.tenure.open} and ${team.tenure.person}.${key} in (${fresh.map(p => feelText(p.key)).join(', ')})`
    const columns = [team.tenure.person, team.tenure.post, ...columnsOf(team.tenure.post + '.')].join(',')
    const a = await get<Page<Record_>>(records(team.tenure.register) + query({ filter, columns, limit: 200 }), { quiet: true }).catch(() => null)
    for (const p of fresh) holds.value.set(p.id, [])
    for (const r of a?.items ?? []) {
      const who = r.values[team.tenure.person], at = r.values[team.tenure.post]
      if (!isRef(who) || !isRef(at)) continue
      posts.value.set(at.id, postOf(r.values, team.tenure.post + '.'))
      holds.value.get(who.id)?.push({ id: at.id, display: at.display, key: '' })
    }
  }
  async function learnPost(p: Picked | null) {
    if (!p || posts.value.has(p.id)) return
    const r = await get<Record_>(record(team.post.register, p.id), { quiet: true }).catch(() => null)
    if (r) posts.value.set(p.id, postOf(r.values, ''))
  }
  /* Who could make room at a post: they hold it, are counted there, and leave it by no line yet. */
  async function holdersOf(post: number): Promise<Picked[]> {
    const key = register(team.person.register)?.key ?? ''
    const a = await get<Page<Record_>>(records(team.tenure.register) + query({ ref: `${team.tenure.post}:${post}`, filter: `${team.tenure.open} and ${team.tenure.counted} = true`, columns: [team.tenure.person, team.tenure.person + '.' + key, team.tenure.person + '.' + team.person.now].join(','), limit: 50 }), { quiet: true })
    return a.items.map(r => picked(r.values[team.tenure.person], text(r.values[team.tenure.person + '.' + key]))).filter((p): p is Picked => !!p && !rows.value.some(r => r.who?.id === p.id && r.from?.id === post))
  }

  async function hear() {
    const ids = rows.value.map(r => r.id).filter((x): x is number => x !== null)
    if (!ids.length) { hints.value = new Map(); return }
    const a = await post<{ items: Hint[] }>(`registers/${L.register}/hints`, { ids }, { quiet: true }).catch(() => null)
    if (!a) return
    const m = new Map<number, Hint[]>()
    for (const h of a.items) m.set(h.id, [...(m.get(h.id) ?? []), h])
    hints.value = m
  }

  async function load(signal?: AbortSignal) {
    rows.value = await fetched(signal)
    await learn(rows.value.map(r => r.who).filter((p): p is Picked => !!p))
    void hear()
    return rows.value
  }
  /* What others wrote comes in; what is being typed here stays. */
  async function refresh() {
    const now = await fetched()
    const mine = new Map(rows.value.filter(r => r.id !== null).map(r => [r.id, r]))
    const kept = now.map(r => {
      const old = mine.get(r.id)
      if (!old) return r
      old.version = r.version
      old.number = r.number
      if (!old.dirty.size) Object.assign(old, { who: r.who, now: r.now, kind: r.kind, from: r.from, to: r.to, why: r.why })
      return old
    })
    rows.value = [...kept, ...rows.value.filter(r => r.id === null)]
    await hear()
  }

  const whole = (r: Row) => r.who !== null && r.kind !== ''
  const waiting = computed(() => rows.value.filter(r => (r.id === null ? true : r.dirty.size > 0) && !whole(r)).length)
  const valueOf = (r: Row, f: string) => ({ [L.number]: String(r.number), [L.who]: r.who?.id ?? null, [L.kind]: r.kind, [L.from]: r.from?.id ?? null, [L.to]: r.to?.id ?? null, [L.why]: r.why.trim() || null })[f] ?? null
  const next = () => Math.max(0, ...rows.value.map(r => r.number)) + 1

  let asked = false
  async function save() {
    asked = true
    if (saving.value) return
    saving.value = true
    try {
      while (asked) {
        asked = false
        let send = rows.value.filter(r => whole(r) && (r.id === null || r.dirty.size > 0))
        for (const r of send) r.problem = ''
        refusal.value = null
        while (send.length) {
          const fields = send.map(r => (r.id === null ? [L.number, L.who, L.kind, L.from, L.to, L.why].filter(f => valueOf(r, f) !== null) : [...r.dirty]))
          const body = send.map((r, i) => {
            const values = Object.fromEntries(fields[i]!.map(f => [f, valueOf(r, f)]))
            return r.id === null ? { values: { ...values, [L.plan]: id() } } : { id: r.id, version: r.version, values }
          })
          send.forEach(r => r.dirty.clear())
          try {
            const a = await post<{ ids: number[] }>(`registers/${L.register}/rows`, { rows: body }, { quiet: true })
            send.forEach((r, i) => { r.id ??= a.ids[i] ?? null })
            send = []
            await refresh()
          } catch (e) {
            send.forEach((r, i) => { for (const f of fields[i]!) r.dirty.add(f) })
            if (!(e instanceof Refusal)) throw e
            const at = e.place?.line ?? 0
            refusal.value = e
            const bad = send[at - 1]
            if (!bad) break                         // nothing to leave out: told, and kept as it is
            bad.problem = e.detail
            send = send.filter(r => r !== bad)
          }
        }
      }
    } finally { saving.value = false }
  }
  function edit(r: Row, change: Partial<Row>, field: string) {
    Object.assign(r, change)
    r.dirty.add(field)
    void save()
  }
  function add(given: Partial<Row> = {}): Row {
    const r: Row = reactive({ key: ++keys, id: null, version: 0, number: next(), who: null, now: '', kind: '', from: null, to: null, why: '', dirty: new Set<string>(), problem: '', ...given })
    rows.value.push(r)
    return r
  }
  /* Lines in this order, as they are to stand. */
  async function move(from: number, to: number) {
    if (to < 0 || to >= rows.value.length || from === to || saving.value) return
    const order = [...rows.value]
    order.splice(to, 0, ...order.splice(from, 1))
    rows.value = order
    const kept = order.filter(r => r.id !== null)
    const seen = new Set<number>()
    const writes = renumber(kept.map(r => r.id!), new Map(kept.map(r => [r.id!, r.number]))).map(w => {
      const first = !seen.has(w.id)
      seen.add(w.id)
      return { id: w.id, ...(first ? { version: kept.find(r => r.id === w.id)!.version } : {}), values: { [L.number]: String(w.number) } }
    })
    order.forEach((r, i) => { if (r.id === null) r.number = i + 1 })
    if (!writes.length) return
    saving.value = true
    try {
      for (let i = 0; i < writes.length; i += 500) await post(`registers/${L.register}/rows`, { rows: writes.slice(i, i + 500) }, { quiet: true })
      refusal.value = null
    } catch (e) { if (e instanceof Refusal) refusal.value = e; else throw e } finally { saving.value = false }
    await refresh()
  }
  async function drop(r: Row) {
    if (r.id !== null) {
      try {
        await post(`registers/${L.register}/rows`, { rows: [{ id: r.id, version: r.version, close: true }] }, { quiet: true })
        refusal.value = null
      } catch (e) { if (e instanceof Refusal) { refusal.value = e; return } throw e }
    }
    rows.value = rows.value.filter(x => x !== r)
    await hear()
  }
  return { rows, posts, holds, hints, refusal, saving, waiting, kinds, load, refresh, edit, add, move, drop, learn, learnPost, holdersOf, save }
}
