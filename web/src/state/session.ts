/* Who is signed in, where, and what the packs declare.  One object for all pages; signing out empties it. */
import { computed, reactive } from 'vue'
import { ask, get, net, A, Refusal } from '@/api/client'
import type { Field, Meta, Register, Session } from '@/api/types'
import { i18n, setLang } from '@/i18n'
import { forgetAll } from '@/lib/drafts'
import { place } from '@/lib/values'

export const state = reactive({
  areas: [] as { name: string; title: string; certificates?: boolean }[],
  session: null as Session | null,
  meta: null as Meta | null,
  ready: false,
  here: 0 // grows when the area's journal grows: lists that are shown fetch themselves anew
})

const byName = computed(() => new Map((state.meta?.registers ?? []).map(r => [r.name, r])))
export const register = (name: string): Register | undefined => byName.value.get(name)
export const field = (r: string, f: string): Field | undefined => register(r)?.fields.find(x => x.name === f)
export const today = computed(() => state.session?.today ?? state.meta?.today ?? '')
export const isAdmin = (kind?: 'system' | 'security' | 'audit') => {
  const held = state.session?.admin ?? []
  return kind ? held.includes(kind) : held.length > 0
}

export async function loadAreas() {
  state.areas = (await ask<{ items: { name: string; title: string; certificates?: boolean }[] }>('/api/v1/areas')).data.items
  const kept = localStorage.getItem('guiju.area')
  net.area = state.areas.find(a => a.name === kept)?.name ?? state.areas[0]?.name ?? ''
}

export function chooseArea(name: string) {
  net.area = name
  localStorage.setItem('guiju.area', name)
}

/* True if the cookie still stands. */
export async function resume(): Promise<boolean> {
  // The cookie cannot be seen from here; without this mark a first visit would begin with a refusal.
  if (!net.area || localStorage.getItem('guiju.in') !== net.area) return false
  try {
    await enter(await get<Session>('session', { quiet: true }))
    return true
  } catch (e) {
    if (e instanceof Refusal && (e.status === 401 || e.status === 404 || e.status === 403)) return false
    throw e
  }
}

export async function signIn(name: string, password: string, totp: string) {
  const body: Record<string, string> = { name, password }
  if (totp) body.totp = totp
  await enter((await ask<Session>(A('session'), { method: 'POST', body })).data)
}

/* By the certificate that the browser has shown to TLS. */
export async function signInByCard() {
  await enter((await ask<Session>(A('session/certificate'), { method: 'POST' })).data)
}

async function enter(s: Session) {
  net.csrf = s.csrf
  place.zone = s.zone
  localStorage.setItem('guiju.in', net.area)
  if (s.must_change_password) {
    state.session = s
    return
  }
  state.meta = await get<Meta>('meta')
  state.session = s
  listen()
}

export async function reloadMeta() {
  state.meta = await get<Meta>('meta')
}

export function drop() {
  source?.close()
  source = null
  state.session = null
  state.meta = null
  net.csrf = ''
  localStorage.removeItem('guiju.in')
}

export async function signOut() {
  const who = state.session?.account.name ?? ''
  try { await ask(A('session'), { method: 'DELETE' }) } catch { /* the cookie goes with the session in any case */ }
  forgetAll(who)
  drop()
}

export async function changeLang(lang: 'zh' | 'en') {
  setLang(lang)
  if (state.session) await reloadMeta()
}

/* Live: a commit anywhere makes shown lists a little newer.  The page works without it. */
let source: EventSource | null = null
let soon: ReturnType<typeof setTimeout> | undefined
export const jobEvents = new EventTarget()
function listen() {
  source?.close()
  source = new EventSource(A('events'))
  source.addEventListener('commit', () => {
    clearTimeout(soon)
    soon = setTimeout(() => { state.here++ }, 800)
  })
  source.addEventListener('job', e => jobEvents.dispatchEvent(new MessageEvent('job', { data: (e as MessageEvent).data })))
  // An absent route must not be asked for again and again.  A stream that is refused may mean that nobody is signed in any longer: the page asks, and says so.
  source.onerror = () => {
    if (source?.readyState !== EventSource.CLOSED) return
    source = null
    void get('roles', { quiet: true }).catch(() => undefined)
  }
}

/* Roles held are kept by name; people know their titles. */
export function roleTitle(f: { name?: string; type: string } | undefined, v: unknown): string | undefined {
  if (f?.name !== 'role' || f.type !== 'text' || typeof v !== 'string') return undefined
  const office = /^(system|security|audit)-admin$/.exec(v)
  return state.meta?.roles.find(r => r.name === v)?.title ?? (office ? i18n.global.t('admin.' + office[1]) : undefined)
}
