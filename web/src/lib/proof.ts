/* A full record with its proof (src/area/proof.c), checked here without the area and without the server: the text, each entry, the signature. `guiju verify FILE` says the same. */
import { digest, hex, unhex } from './merkle'

export type Part = 'form' | 'key' | 'signature' | 'text' | 'entries'
export interface Checked {
  ok: boolean                    /* all parts hold */
  part: Part | null              /* the first that does not */
  why: string                    /* of the form: which member; of an entry: its seq */
  signature: boolean | null      /* null: this browser knows no Ed25519, so nothing was checked against the key */
  verifier: string; origin: string; size: number; time: string | null; hash: 'sha256' | 'sm3'
  entries: number; first: number; last: number; bodies: number
  text: string
}

const BEGIN = '\n-----BEGIN GUIJU PROOF-----\n'
const END = '\n-----END GUIJU PROOF-----\n'
const MOST = 80 << 20
const classes = ['open', 'personal', 'restricted', 'protected']
const utf8 = new TextEncoder()

function lastAt(all: Uint8Array, mark: Uint8Array): number {
  for (let i = all.length - mark.length; i >= 0; i--) {
    let k = 0
    while (k < mark.length && all[i + k] === mark[k]) k++
    if (k === mark.length) return i
  }
  return -1
}
/* Base64 in its one spelling: no stray characters, no bits left over. */
function bytes64(s: string): Uint8Array | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(s) || s === '') return null
  const bin = atob(s)
  return btoa(bin) === s ? Uint8Array.from(bin, c => c.charCodeAt(0)) : null
}
const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((x, i) => x === b[i])

interface Key { name: string; id: Uint8Array; pub: Uint8Array }
async function keyOf(verifier: string): Promise<Key | null> {
  const m = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifier)
  const k = m ? bytes64(m[3]!) : null
  if (!m || !k || k.length !== 33 || k[0] !== 1 || /\s/.test(m[1]!)) return null
  const id = (await digest('sha256', utf8.encode(m[1]! + '\n'), k)).subarray(0, 4)
  return hex(id) === m[2] ? { name: m[1]!, id, pub: k.subarray(1) } : null
}

interface Point { origin: string; size: number; root: string; hash: 'sha256' | 'sm3'; extension: string[]; time: string | null; text: string; signatures: string[] }
function pointOf(note: string): Point | null {
  const cut = note.lastIndexOf('\n\n')
  if (!note.endsWith('\n') || cut < 0 || cut + 2 >= note.length) return null
  const text = note.slice(0, cut + 1)
  const l = text.slice(0, -1).split('\n')
  const root = bytes64(l[2] ?? '')
  if (l.length < 3 || !l[0] || !/^(0|[1-9]\d{0,15})$/.test(l[1]!) || !root || root.length !== 32 || l.slice(3).some(x => x === '')) return null
  const named = l[3]?.startsWith('hash ') ? l[3].slice(5) : 'sha256'
  if (named !== 'sha256' && named !== 'sm3') return null
  return { origin: l[0], size: Number(l[1]), root: hex(root), hash: named, extension: l.slice(3), time: l.find(x => x.startsWith('time '))?.slice(5) ?? null, text, signatures: note.slice(cut + 2).slice(0, -1).split('\n') }
}
/* true: signed by the key; false: not, or wrongly; null: this browser cannot tell. */
async function signed(p: Point, key: Key): Promise<boolean | null> {
  let held = false
  for (const line of p.signatures) {
    const m = /^\u2014 (\S+) (\S+)$/.exec(line)
    const sig = m ? bytes64(m[2]!) : null
    if (!m || !sig || sig.length <= 4) return false
    if (m[1] !== key.name || !same(sig.subarray(0, 4), key.id)) continue
    if (sig.length !== 68) return false
    let pub: CryptoKey
    try { pub = await crypto.subtle.importKey('raw', key.pub, 'Ed25519', false, ['verify']) } catch { return null }
    if (!await crypto.subtle.verify('Ed25519', pub, sig.subarray(4), utf8.encode(p.text))) return false
    held = true
  }
  return held
}

interface EntryOf { head?: unknown; path?: unknown; bodies?: Record<string, unknown> }
/* The seq of an entry that is under the root as its head says, with bodies that fit; 0: it is not. */
async function entryHolds(e: EntryOf, p: Point): Promise<{ seq: number; bodies: number; form: boolean }> {
  const no = (form: boolean, seq = 0) => ({ seq, bodies: -1, form })
  const strings = (x: unknown): x is string[] => Array.isArray(x) && x.every(y => typeof y === 'string' && /^[0-9a-f]{64}$/.test(y))
  if (typeof e.head !== 'string' || !/^(?:[0-9a-f]{2}){64,192}$/.test(e.head) || !strings(e.path) || e.path.length > 64 || typeof e.bodies !== 'object' || e.bodies === null) return no(false)
  const head = unhex(e.head)
  const mask = head[2]!
  const count = classes.filter((_, c) => mask >> c & 1).length
  const seq = Number(new DataView(head.buffer, head.byteOffset).getBigUint64(8))
  if (head[0] !== 1 || head[1]! < 1 || head[1]! > 7 || mask >> 4 || head[3] !== 0 || head[62] !== 0 || head[63] !== 0 || head.length !== 64 + 32 * count) return no(true, seq)
  let bodies = 0
  for (const [c, name] of classes.entries()) {
    const b = e.bodies[name]
    if (b === undefined) continue
    if (!Array.isArray(b) || b.length !== 2 || typeof b[0] !== 'string' || typeof b[1] !== 'string' || !/^[0-9a-f]{32}$/.test(b[0])) return no(false)
    if (!(mask >> c & 1)) return no(true, seq)
    const at = 64 + 32 * classes.slice(0, c).filter((_, i) => mask >> i & 1).length
    if (!same(await digest(p.hash, new Uint8Array([2, c]), unhex(b[0]), utf8.encode(b[1])), head.subarray(at, at + 32))) return no(true, seq)
    bodies++
  }
  if (seq < 1 || seq > p.size) return no(true, seq)
  let fn = seq - 1
  let sn = p.size - 1
  let r = await digest(p.hash, new Uint8Array([0]), head)
  for (const x of e.path) {
    if (sn === 0) return no(true, seq)
    if (fn % 2 === 1 || fn === sn) {
      r = await digest(p.hash, new Uint8Array([1]), unhex(x), r)
      while (fn !== 0 && fn % 2 === 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2) }
    } else r = await digest(p.hash, new Uint8Array([1]), r, unhex(x))
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && hex(r) === p.root ? { seq, bodies, form: true } : no(true, seq)
}

/* expected: the key that one has from elsewhere; empty: the one that the file names.  step: how many entries of how many, now and then. */
export async function checkFile(file: Uint8Array, expected = '', step: (n: number, of: number) => void = () => undefined): Promise<Checked> {
  const out: Checked = { ok: false, part: null, why: '', signature: null, verifier: '', origin: '', size: 0, time: null, hash: 'sha256', entries: 0, first: 0, last: 0, bodies: 0, text: '' }
  const bad = (part: Part, why = ''): Checked => ({ ...out, part, why })
  const at = file.length > MOST ? -1 : lastAt(file, utf8.encode(BEGIN))
  const end = utf8.encode(END)
  if (at < 0 || file.length < at + BEGIN.length + end.length || !same(file.subarray(file.length - end.length), end)) return bad('form', 'BEGIN, END')
  let j: { format?: unknown; note?: unknown; verifier?: unknown; entries?: unknown }
  try { j = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.subarray(at + BEGIN.length, file.length - end.length))) } catch { return bad('form', 'JSON') }
  if (typeof j !== 'object' || j === null || j.format !== 1 || typeof j.note !== 'string' || typeof j.verifier !== 'string' || !Array.isArray(j.entries)) return bad('form', 'format')
  const text = file.subarray(0, at)
  out.verifier = j.verifier
  out.text = new TextDecoder().decode(text)
  if (expected.trim() !== '' && expected.trim() !== j.verifier) return bad('key')
  const key = await keyOf(j.verifier)
  const point = pointOf(j.note)
  if (!key) return bad('key')
  if (!point) return bad('form', 'note')
  Object.assign(out, { origin: point.origin, size: point.size, time: point.time, hash: point.hash })
  out.signature = await signed(point, key)
  if (out.signature === false) return bad('signature')
  if (!point.extension.includes('text sha256 ' + hex(await digest('sha256', text)))) return bad('text')
  for (const [i, e] of (j.entries as EntryOf[]).entries()) {
    const r = await entryHolds(typeof e === 'object' && e !== null ? e : {}, point)
    if (!r.form) return bad('form', 'entries')
    if (r.bodies < 0) return bad('entries', String(r.seq))
    if (r.seq <= out.last) return bad('form', 'entries')
    if (i % 200 === 0) step(i, j.entries.length)
    out.entries++
    out.bodies += r.bodies
    out.first ||= r.seq
    out.last = r.seq
  }
  return { ...out, ok: out.signature === true }
}
