/* A proof, checked here and not by the server that gave it: RFC 9162 2.1.3.2 over the bytes of src/journal/README.md. */
import type { Proof } from '@/api/types'
import { sm3 } from './sm3'

export const hex = (b: Uint8Array) => Array.from(b, x => x.toString(16).padStart(2, '0')).join('')
export function unhex(s: string): Uint8Array {
  if (s.length % 2 || /[^0-9a-f]/i.test(s)) throw new Error('not hexadecimal')
  return Uint8Array.from({ length: s.length / 2 }, (_, i) => parseInt(s.slice(2 * i, 2 * i + 2), 16))
}
export async function digest(name: 'sha256' | 'sm3', ...parts: Uint8Array[]): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) { all.set(p, at); at += p.length }
  return name === 'sm3' ? sm3(all) : new Uint8Array(await crypto.subtle.digest('SHA-256', all))
}

export interface Step { mine: string; sibling: string; side: 'left' | 'right'; parent: string }
export interface Verdict { leaf: string; leafFits: boolean; steps: Step[]; root: string; rootFits: boolean; noteRoot: string | null; noteFits: boolean | null; noteSize: number | null; ok: boolean; why: '' | 'leaf' | 'path' | 'root' | 'note' | 'head' }

export async function check(p: Proof): Promise<Verdict> {
  const H = (...x: Uint8Array[]) => digest(p.hash, ...x)
  const head = unhex(p.header)
  const leaf = await H(new Uint8Array([0]), head)
  const leafFits = hex(leaf) === p.leaf.toLowerCase()
  let fn = p.seq - 1
  let sn = p.size - 1
  let r = leaf
  const steps: Step[] = []
  let short = fn < 0 || fn > sn
  for (const x of p.path) {
    if (sn === 0) { short = true; break }
    const s = unhex(x)
    const mine = hex(r)
    if (fn % 2 === 1 || fn === sn) {
      r = await H(new Uint8Array([1]), s, r)
      steps.push({ mine, sibling: x, side: 'left', parent: hex(r) })
      while (fn !== 0 && fn % 2 === 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2) }
    } else {
      r = await H(new Uint8Array([1]), r, s)
      steps.push({ mine, sibling: x, side: 'right', parent: hex(r) })
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  if (sn !== 0) short = true
  const root = hex(r)
  const rootFits = !short && root === p.root.toLowerCase()
  const note = readNote(p.note ?? '')
  const noteFits = note ? note.root === p.root.toLowerCase() && note.size === p.size : null
  const seen = readHead(head)
  const headFits = seen !== null && seen.seq === p.seq
  const why = !headFits ? 'head' : !leafFits ? 'leaf' : short ? 'path' : !rootFits ? 'root' : noteFits === false ? 'note' : ''
  return { leaf: hex(leaf), leafFits, steps, root, rootFits, noteRoot: note?.root ?? null, noteFits, noteSize: note?.size ?? null, ok: why === '', why }
}

export function readNote(text: string): { origin: string; size: number; root: string; time: string | null } | null {
  const l = text.split('\n')
  if (l.length < 3 || !/^\d+$/.test(l[1] ?? '')) return null
  try {
    const b = Uint8Array.from(atob(l[2]!), c => c.charCodeAt(0))
    if (b.length !== 32) return null
    return { origin: l[0]!, size: Number(l[1]), root: hex(b), time: l.find(x => x.startsWith('time '))?.slice(5) ?? null }
  } catch { return null }
}

export const kinds = ['', 'create', 'update', 'close', 'erase', 'install', 'epoch', 'refused']
export interface Head { kind: string; seq: number; command: number; time: Date; actor: number; record: number; version: number }
export function readHead(b: Uint8Array): Head | null {
  if (b.length < 64 || b[0] !== 1) return null
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength)
  const u64 = (at: number) => Number(v.getBigUint64(at))
  return { kind: kinds[b[1]!] ?? '?', seq: u64(8), command: u64(16), time: new Date(u64(24) / 1000), actor: u64(40), record: u64(48), version: v.getUint32(56) }
}

/* What was written: does this body, with its salt, give the commitment, and does the commitment stand in the head? */
export type BodyVerdict = 'fits' | 'not' | 'unseen'
const classes = ['open', 'personal', 'restricted', 'protected']
export async function checkBodies(p: Proof): Promise<{ class: string; verdict: BodyVerdict }[]> {
  const head = unhex(p.header)
  const out: { class: string; verdict: BodyVerdict }[] = []
  const all = p.commitments ?? {}
  for (const [i, c] of classes.filter(x => x in all).entries()) {
    const want = all[c]!.toLowerCase()
    const b = p.bodies?.find(x => x.class === c)
    if (hex(head.subarray(64 + 32 * i, 96 + 32 * i)) !== want) out.push({ class: c, verdict: 'not' })
    else if (!b) out.push({ class: c, verdict: 'unseen' })
    else {
      const h = await digest(p.hash, new Uint8Array([2, classes.indexOf(c)]), unhex(b.salt), new TextEncoder().encode(b.body))
      out.push({ class: c, verdict: hex(h) === want ? 'fits' : 'not' })
    }
  }
  return out
}

const bytes64 = (s: string) => Uint8Array.from(atob(s), c => c.charCodeAt(0))
/* The signature on the checkpoint, where the browser knows Ed25519; null where it does not, or nothing is signed by this key. */
export async function checkSignature(note: string, verifier: string): Promise<boolean | null> {
  try {
    const [, name, id, key] = /^(.*)\+([0-9a-f]{8})\+(.+)$/.exec(verifier) ?? []
    const cut = note.indexOf('\n\n')
    if (!name || !key || cut < 0) return null
    const k = bytes64(key)
    if (k[0] !== 1 || k.length !== 33) return null
    const line = note.slice(cut + 2).split('\n').find(l => l.startsWith(`\u2014 ${name} `))
    const sig = line ? bytes64(line.slice(name.length + 3)) : null
    if (!sig || sig.length !== 68 || hex(sig.subarray(0, 4)) !== id) return null
    const pub = await crypto.subtle.importKey('raw', k.subarray(1), 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', pub, sig.subarray(4), new TextEncoder().encode(note.slice(0, cut + 1)))
  } catch { return null }
}
