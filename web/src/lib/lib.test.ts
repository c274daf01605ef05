import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Field, Proof, Register } from '@/api/types'
import { firstColumns, resolve } from './columns'
import { decode, parse, write } from './csv'
import { diff } from './diff'
import * as drafts from './drafts'
import { both, condition, feelText, opsFor } from './feel'
import { check, checkBodies, checkSignature, hex, readHead, readNote, unhex } from './merkle'
import { sm3 } from './sm3'
import { apply, bins, count, seats, type Member, type Post } from './team'
import { uuid7 } from './uuid7'
import { padName, paperDate, paperDuration, paperTime, place, raw, show, typedDay } from './values'

// Node 18 has it, but not as a global.
if (!globalThis.crypto) Object.defineProperty(globalThis, 'crypto', { value: webcrypto })

const w = { yes: '是', no: '否', lang: 'zh' }
const F = (x: Partial<Field>): Field => ({ name: 'f', title: '甲', type: 'text', ...x })
class Store implements Storage {
  m = new Map<string, string>()
  get length() { return this.m.size }
  clear() { this.m.clear() }
  getItem(k: string) { return this.m.get(k) ?? null }
  key(i: number) { return [...this.m.keys()][i] ?? null }
  removeItem(k: string) { this.m.delete(k) }
  setItem(k: string, v: string) { this.m.set(k, v) }
}

describe('values as on paper', () => {
  test('tells an instant by the clock of the area, not of the machine', () => {
    expect(paperTime('2026-11-22T16:20:00Z')).toBe('2026.11.23 00:20')
    expect(paperTime('2026-11-22T16:20:00Z', '2026-11-23')).toBe('00:20')
    place.zone = 'Asia/Urumqi'
    expect(paperTime('2026-11-22T16:20:00Z')).toBe('2026.11.22 22:20')
    place.zone = 'Asia/Shanghai'
    expect(paperTime('never')).toBe('never')
  })
  test('each kind of value', () => {
    expect(show('2026-11-21', F({ type: 'date' }), w)).toBe('2026.11.21')
    expect(show('2026-11', F({ type: 'month' }), w)).toBe('2026.11')
    expect(show(true, F({ type: 'boolean' }), w)).toBe('是')
    expect(show({ code: '1', title: '男' }, F({ type: 'choice' }), w)).toBe('男')
    expect(show({ register: 'r', id: 1, display: '水利局' }, F({ type: 'ref' }), w)).toBe('水利局')
    expect(show(['甲', '乙'], F({}), w)).toBe('甲、乙')
    expect(show(null, F({}), w)).toBe('')
  })
  test('a text that looks like a date stays as it is', () => expect(show('2026-11-21', F({ type: 'text' }), w)).toBe('2026-11-21'))
  test('durations', () => { expect(paperDuration('P1Y6M', 'zh')).toBe('1年6个月'); expect(paperDuration('nonsense', 'zh')).toBe('nonsense') })
  test('dates', () => expect(paperDate('1973-09')).toBe('1973.09'))
  test('days as hands type them', () => expect(['2026.1.31', '2026年1月31日', '2026/12', '20260131', '202601', ' ', '去年', '2026年1月'].map(typedDay)).toEqual(['2026-01-31', '2026-01-31', '2026-12', '2026-01-31', '2026-01', null, '去年', '2026-01']))
  test('two characters are padded, three and foreign ones are not', () => { expect(padName('张三')).toBe('张\u3000三'); expect(padName('欧阳三')).toBe('欧阳三'); expect(padName('Li')).toBe('Li') })
  test('what a form holds', () => { expect(raw({ register: 'r', id: 7, display: 'x' })).toBe(7); expect(raw({ code: '2', title: '女' })).toBe('2'); expect(raw(null)).toBe(null); expect(raw(false)).toBe(false) })
})

describe('filters as FEEL', () => {
  test('texts cannot leave their quotes', () => expect(feelText('a" or true or "')).toBe('"a\\" or true or \\""'))
  test('conditions', () => {
    expect(condition(F({ name: 'age', type: 'number' }), 'to', '35')).toBe('age <= 35')
    expect(condition(F({ name: 'age', type: 'number' }), 'to', '35 or true')).toBe('age <= 0')
    expect(condition(F({ name: 'd', type: 'date' }), 'from', '2026-01-01')).toBe('d >= date("2026-01-01")')
    expect(condition(F({ name: 'm', type: 'month' }), 'from', '2026-01')).toBe('m >= date("2026-01-01")')
    expect(condition(F({ name: 'o', type: 'ref' }), 'is', 'D01', 'code')).toBe('o.code = "D01"')
    expect(condition(F({ name: 'b', type: 'boolean' }), 'is', 'x')).toBe('b = false')
    expect(condition(F({ name: 's' }), 'empty', '')).toBe('s = null')
  })
  test('an or inside one stays inside', () => { expect(both(['a or b', 'c', ' '])).toBe('(a or b) and (c)'); expect(both(['a'])).toBe('a'); expect(both([])).toBe('') })
  test('every type has a way to ask', () => { for (const t of ['text', 'number', 'date', 'month', 'choice', 'ref', 'boolean', 'file']) expect(opsFor(F({ type: t })).length).toBeGreaterThan(1) })
})

describe('columns', () => {
  const org: Register = { name: 'o', title: '单位', may: { read: true, write: true, act: true, print: true }, fields: [F({ name: 'code', key: true }), F({ name: 'n', title: '名称', required: true })] }
  const per: Register = { ...org, name: 'p', fields: [F({ name: 'k', key: true }), F({ name: 'o', title: '单位', type: 'ref', ref: 'o' }), F({ name: 'id', class: 'restricted' })] }
  test('a step along a ref', () => expect(resolve('o.n', per, n => (n === 'o' ? org : undefined))?.title).toBe('单位·名称'))
  test('what is not declared is no column', () => { expect(resolve('o.zz', per, () => org)).toBe(null); expect(resolve('zz', per, () => org)).toBe(null) })
  test('restricted fields are not among the first', () => expect(firstColumns(per)).toEqual(['k', 'o']))
})

describe('SM3', () => {
  const of = (s: string) => hex(sm3(new TextEncoder().encode(s)))
  test('the vectors of GB/T 32905', () => {
    expect(of('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
    expect(of('abcd'.repeat(16))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
  })
  test('as another implementation, at every length around a block', () => {
    for (const n of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]) {
      const b = new Uint8Array(n).map((_, i) => (i * 31) % 256)
      expect(hex(sm3(b))).toBe(createHash('sm3').update(b).digest('hex'))
    }
  })
})

describe('proofs', () => {
  const H = (...p: Uint8Array[]) => new Uint8Array(createHash('sha256').update(Buffer.concat(p)).digest())
  const head = (seq: number, commit?: Uint8Array) => {
    const b = new Uint8Array(commit ? 96 : 64)
    b[0] = 1; b[1] = 1; b[2] = commit ? 1 : 0
    const v = new DataView(b.buffer)
    v.setBigUint64(8, BigInt(seq)); v.setBigUint64(16, 5n); v.setBigUint64(24, 1700000000000000n); v.setUint32(56, 1)
    if (commit) b.set(commit, 64)
    return b
  }
  const leaf = (b: Uint8Array) => H(new Uint8Array([0]), b)
  const tree = (l: Uint8Array[]): Uint8Array => {
    if (l.length === 1) return l[0]!
    let k = 1
    while (k * 2 < l.length) k *= 2
    return H(new Uint8Array([1]), tree(l.slice(0, k)), tree(l.slice(k)))
  }
  const path = (m: number, l: Uint8Array[]): Uint8Array[] => {
    if (l.length === 1) return []
    let k = 1
    while (k * 2 < l.length) k *= 2
    return m < k ? [...path(m, l.slice(0, k)), tree(l.slice(k))] : [...path(m - k, l.slice(k)), tree(l.slice(0, k))]
  }
  const make = (seq: number, size: number): Proof => {
    const heads = Array.from({ length: size }, (_, i) => head(i + 1))
    const leaves = heads.map(leaf)
    return { seq, size, leaf: hex(leaves[seq - 1]!), header: hex(heads[seq - 1]!), path: path(seq - 1, leaves).map(hex), root: hex(tree(leaves)), hash: 'sha256' }
  }
  test('every entry of every tree up to 20', async () => { for (let n = 1; n <= 20; n++) for (let i = 1; i <= n; i++) expect((await check(make(i, n))).ok, `${i} of ${n}`).toBe(true) })
  test('a changed byte anywhere is seen', async () => {
    const p = make(6, 13)
    const flip = (s: string) => (s[0] === '0' ? '1' : '0') + s.slice(1)
    expect((await check({ ...p, header: p.header.slice(0, -1) + '1' })).why).toBe('leaf')
    expect((await check({ ...p, root: flip(p.root) })).why).toBe('root')
    expect((await check({ ...p, path: p.path.map((x, i) => (i === 1 ? flip(x) : x)) })).why).toBe('root')
    expect((await check({ ...p, path: p.path.slice(1) })).ok).toBe(false)
    expect((await check({ ...p, path: [...p.path, p.root] })).ok).toBe(false)
    expect((await check({ ...p, seq: 7 })).ok).toBe(false)
    expect((await check({ ...p, size: 6 })).ok).toBe(false)
  })
  test('the head of another entry is not taken', async () => { const p = make(6, 13); expect((await check({ ...p, header: make(5, 13).header })).why).toBe('head') })
  test('what a head says', () => { expect(readHead(head(9))).toMatchObject({ seq: 9, kind: 'create', command: 5, version: 1 }); expect(readHead(new Uint8Array(10))).toBe(null) })
  test('hexadecimal that is none', () => expect(() => unhex('zz')).toThrow())
  test('checkpoints: size, root, and the key that signed', async () => {
    const p = make(3, 4)
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const pub = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
    const name = 'guiju.local/t/1'
    const keyed = Buffer.concat([Buffer.from([1]), pub])
    const id = createHash('sha256').update(Buffer.concat([Buffer.from(name + '\n'), keyed])).digest().subarray(0, 4)
    const text = `${name}\n4\n${Buffer.from(p.root, 'hex').toString('base64')}\ntime 2026-11-22T03:00:00Z\n`
    const note = (t: string) => `${t}\n\u2014 ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`
    const verifier = `${name}+${id.toString('hex')}+${keyed.toString('base64')}`
    expect(readNote(note(text))).toMatchObject({ size: 4, root: p.root, time: '2026-11-22T03:00:00Z' })
    expect(readNote('nonsense')).toBe(null)
    expect((await check({ ...p, note: note(text) })).noteFits).toBe(true)
    expect((await check({ ...p, note: note(text.replace('\n4\n', '\n5\n')) })).why).toBe('note')
    expect(await checkSignature(note(text), verifier)).toBe(true)
    expect(await checkSignature(note(text.replace('\n4\n', '\n5\n')), verifier)).toBe(false)
    expect(await checkSignature(note(text), 'other' + verifier)).toBe(null)
  })
  test('bodies and their commitments', async () => {
    const salt = new Uint8Array(16).fill(7)
    const body = '{"姓名":"甲"}'
    const c = H(new Uint8Array([2, 1]), salt, new TextEncoder().encode(body))
    const p: Proof = { seq: 1, size: 1, leaf: '', header: hex(head(1, c)), path: [], root: '', hash: 'sha256', commitments: { personal: hex(c) }, bodies: [{ class: 'personal', number: 1, salt: hex(salt), body }] }
    expect((await checkBodies(p))[0]!.verdict).toBe('fits')
    expect((await checkBodies({ ...p, bodies: [{ ...p.bodies![0]!, body: '{"姓名":"乙"}' }] }))[0]!.verdict).toBe('not')
    expect((await checkBodies({ ...p, bodies: [] }))[0]!.verdict).toBe('unseen')
    expect((await checkBodies({ ...p, header: hex(head(1, salt)) }))[0]!.verdict).toBe('not')
  })
})

describe('teams', () => {
  const posts: Post[] = [{ id: 2, name: '副局长', approved: 2, order: 2, chief: false, level: '' }, { id: 1, name: '局长', approved: 1, order: 1, chief: true, level: '' }]
  const m = (person: number, post: number, x: Partial<Member> = {}): Member => ({ person, name: 'p' + person, woman: false, age: 45, bachelor: true, grassroots: 3, photo: '', post, counted: true, since: '2020-01-01', ...x })
  test('seats in order, vacant and beyond the number', () => {
    expect(seats(posts, [m(1, 1)]).map(s => [s.post.id, s.holder?.person ?? null])).toEqual([[1, 1], [2, null], [2, null]])
    expect(seats(posts, [m(1, 1), m(2, 1, { since: '2021-01-01' })]).map(s => s.over)).toEqual([false, true, false, false])
    expect(seats(posts, [m(1, 1, { counted: false })]).map(s => s.holder?.person ?? null)).toEqual([1, null, null, null])
  })
  test('a move leaves the old seat and takes the place of who stood there', () => {
    const after = apply([m(1, 1), m(2, 2)], [{ person: m(2, 2), post: 1, instead: 1 }])
    expect(after.map(x => [x.person, x.post, x.fresh])).toEqual([[2, 1, true]])
  })
  test('an unknown is not a no', () => {
    expect(count([m(1, 1), m(2, 2, { age: null })], 'young', 50)).toEqual({ n: 1, unknown: 1 })
    expect(count([m(1, 1)], 'young', null)).toEqual({ n: 0, unknown: 1 })
    expect(count([m(1, 1), m(2, 2, { counted: false })], 'size', null).n).toBe(1)
  })
  test('ages in bins', () => expect(bins([m(1, 1, { age: 34 }), m(2, 1, { age: 35 }), m(3, 1, { age: 60 })], [0, 35, 55])).toEqual([1, 1, 1]))
})

describe('drafts', () => {
  test('kept for a week; restricted ones in the tab; forgotten at sign-out', () => {
    const l = new Store(), s = new Store()
    drafts.keep('a', 'cadre/1', 3, { x: 1 }, { secret: 2 }, 1000, l, s)
    expect([...l.m.values()].join()).not.toContain('secret')
    expect(drafts.find('a', 'cadre/1', 2000, l, s)).toMatchObject({ version: 3, values: { x: 1, secret: 2 } })
    expect(drafts.find('b', 'cadre/1', 2000, l, s)).toBe(null)
    expect(drafts.count('a', l)).toBe(1)
    expect(drafts.find('a', 'cadre/1', 1000 + 8 * 86400_000, l, s)).toBe(null)
    drafts.keep('a', 'y', null, { x: 1 }, {}, 1000, l, s)
    drafts.forgetAll('a', l, s)
    expect(l.length + s.length).toBe(0)
  })
  test('what is damaged is dropped', () => { const l = new Store(), s = new Store(); l.setItem('guiju.draft.a.z', '{'); expect(drafts.find('a', 'z', 1, l, s)).toBe(null); expect(l.length).toBe(0) })
})

describe('files for import', () => {
  test('quotes, line ends in cells, tabs', () => {
    expect(parse('a,b\r\n"x ""y""",2\n"l1\nl2",3\n')).toEqual({ rows: [['a', 'b'], ['x "y"', '2'], ['l1\nl2', '3']], lines: [1, 2, 3] })
    expect(parse('a\tb\n1,5\t2').rows).toEqual([['a', 'b'], ['1,5', '2']])
    expect(parse('a,b\n\n1,2').lines).toEqual([1, 3])
  })
  test('written and read again', () => { const r = [['甲', 'x,y'], ['"', ' a '], ['', 'l\nm']]; expect(parse(write(r)).rows).toEqual(r) })
  test('UTF-8 with and without mark, GB18030', () => {
    expect(decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])).text).toBe('a')
    expect(decode(new TextEncoder().encode('姓名')).encoding).toBe('UTF-8')
    expect(decode(new Uint8Array([0xd0, 0xd5, 0xc3, 0xfb]))).toEqual({ text: '姓名', encoding: 'GB18030' })
  })
})

test('lines that differ', () => {
  const k = (a: string, b: string) => diff(a.split(''), b.split('')).map(l => l.kind + l.text).join('|')
  expect(k('abc', 'abc')).toBe(' a| b| c')
  expect(k('abcd', 'axd')).toBe(' a|-b|-c|+x| d')
  expect(k('', 'ab')).toContain('+a')
  for (const [a, b] of [['abcabba', 'cbabac'], ['xaxbx', 'ab'], ['a', 'b']]) {
    const d = diff(a!.split(''), b!.split(''))
    expect(d.filter(l => l.kind !== '+').map(l => l.text).join('')).toBe(a)
    expect(d.filter(l => l.kind !== '-').map(l => l.text).join('')).toBe(b)
  }
})
test('keys grow with time', () => {
  expect(uuid7(1) < uuid7(2)).toBe(true)
  expect(uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
