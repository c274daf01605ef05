/* The one way to the server: language, CSRF, versions and idempotency keys are put on here, and every refusal becomes a Refusal. */
import { reactive } from 'vue'
import { uuid7 } from '@/lib/uuid7'
import type { Basis, Problem } from './types'

export class Refusal extends Error {
  status: number
  code: string
  detail: string
  hint: string
  field: string | null
  place: { file?: string; line?: number; column?: number } | null
  problems: Problem[]
  basis: Basis[]
  retry: number
  refused: unknown  // of an act on a case: which word stopped it
  constructor(status: number, p: Record<string, unknown>, retry = 0) {
    super(String(p.title ?? p.detail ?? status))
    this.status = status
    this.code = String(p.code ?? 'http.' + status)
    this.detail = String(p.detail ?? '')
    this.hint = String(p.hint ?? '')
    this.field = (p.field as string) ?? null
    this.place = (p.place as Refusal['place']) ?? null
    this.problems = (p.problems as Problem[]) ?? []
    this.basis = (p.basis as Basis[]) ?? []
    this.retry = retry
    this.refused = p.refused ?? null
  }
}

export const net = reactive({ busy: 0, slow: false, lang: 'zh', csrf: '', area: '', lost: false })
let slowTimer: ReturnType<typeof setTimeout> | undefined
let onSignedOut: () => void = () => undefined
export const whenSignedOut = (f: () => void) => { onSignedOut = f }

/* Below 100 ms nothing is shown; then a quiet bar. */
function begin() {
  net.busy++
  slowTimer ??= setTimeout(() => { net.slow = net.busy > 0 }, 100)
}
function end() {
  net.busy--
  if (net.busy === 0) {
    clearTimeout(slowTimer)
    slowTimer = undefined
    net.slow = false
  }
}

export interface Answer<T> { data: T; version: number | null; location: string | null; status: number }
export interface Ask {
  method?: string
  body?: unknown
  raw?: BodyInit
  type?: string
  version?: number
  headers?: Record<string, string>
  signal?: AbortSignal
  quiet?: boolean
  blob?: boolean
}

export async function ask<T>(path: string, o: Ask = {}): Promise<Answer<T>> {
  const method = o.method ?? 'GET'
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': net.lang, ...o.headers }
  let body: BodyInit | undefined
  if (o.raw !== undefined) {
    body = o.raw
    if (o.type) headers['Content-Type'] = o.type
  } else if (o.body !== undefined) {
    body = JSON.stringify(o.body)
    headers['Content-Type'] = 'application/json'
  }
  if (method !== 'GET') {
    if (net.csrf) headers['X-Guiju-CSRF'] = net.csrf
    headers['Idempotency-Key'] ??= uuid7()
  }
  if (o.version !== undefined) headers['If-Match'] = `"${o.version}"`
  if (!o.quiet) begin()
  try {
    let r: Response
    try {
      r = await fetch(path, { method, headers, body, signal: o.signal, credentials: 'same-origin', cache: 'no-store' })
    } catch (e) {
      if ((e as Error).name === 'AbortError') throw e
      net.lost = true
      throw new Refusal(0, { code: 'net.lost' })
    }
    net.lost = false
    if (!r.ok) {
      let p: Record<string, unknown> = {}
      try { p = (await r.json()) as Record<string, unknown> } catch { /* an answer without a body is told by its status */ }
      if (r.status === 401 && !/\/session$/.test(path)) onSignedOut()
      throw new Refusal(r.status, p, Number(r.headers.get('Retry-After') ?? 0))
    }
    const etag = /"(\d+)"/.exec(r.headers.get('ETag') ?? '')
    const data = o.blob ? await r.blob() : r.status === 204 ? null : await r.json().catch(() => null)
    return { data: data as T, version: etag ? Number(etag[1]) : null, location: r.headers.get('Location'), status: r.status }
  } finally {
    if (!o.quiet) end()
  }
}

export const A = (rest = '') => `/api/v1/areas/${encodeURIComponent(net.area)}${rest ? '/' + rest : ''}`

/* ?a=1&b=2 of what is there. */
export function query(o: Record<string, string | number | boolean | null | undefined>): string {
  const q = Object.entries(o).filter(([, v]) => v !== null && v !== undefined && v !== '' && v !== false)
    .map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(String(v === true ? 1 : v))}`)
  return q.length ? '?' + q.join('&') : ''
}

export const get = async <T>(rest: string, o: Ask = {}) => (await ask<T>(A(rest), o)).data
export const post = async <T>(rest: string, body: unknown = {}, o: Ask = {}) => (await ask<T>(A(rest), { method: 'POST', body, ...o })).data
export const patch = async <T>(rest: string, body: unknown, o: Ask = {}) => (await ask<T>(A(rest), { method: 'PATCH', body, ...o })).data
export const del = async <T>(rest: string, o: Ask = {}) => (await ask<T>(A(rest), { method: 'DELETE', ...o })).data

export const records = (r: string) => `registers/${encodeURIComponent(r)}/records`
export const record = (r: string, id: number | string) => `${records(r)}/${id}`
