import { describe, expect, it } from 'vitest'
import type { Item, Line, LinesDecl } from '@/api/case'
import { lineRow, linesOut, ofKinds, samePerson } from './caselines'

const item = (name: string, type: string, more: Partial<Item> = {}): Item => ({ name, title: name, type, len: null, scale: null, each: false, required: false, class: 'open', unit: null, ref: null, check: null, options: [], sign: [], basis: [], ...more })
const people: LinesDecl = { title: '名单', one: '人', register: 'cadre', from: null, who: null, kind: null, fields: [] }
const rows: LinesDecl = { title: '事项', one: '事项', register: null, from: null, who: 'who', kind: 'kind', fields: [item('who', 'ref', { ref: 'cadre' }), item('kind', 'choice', { options: [{ code: 'in', title: '进' }, { code: 'out', title: '出' }] as Item['options'] }), item('note', 'text')] }
const line = (id: number, register: string, values: Line['values'] = []): Line => ({ id: 100 + id, number: 1, record: { register, id, display: '甲' }, kind: null, state: 'in', left_step: null, left_by: null, values })

describe('lines of a case taken from another', () => {
  it('a candidate is its record, and only of the same register', () => {
    expect(lineRow(people, line(7, 'cadre'))).toEqual({ id: 7, display: '甲', key: '' })
    expect(lineRow(people, line(7, 'org'))).toBeNull()
  })
  it('a row has who it is about and what both call alike; what is hidden is not guessed', () => {
    const l = line(7, 'cadre', [{ name: 'kind', title: '种类', value: { code: 'in', title: '进' } as never }, { name: 'note', title: '说明', hidden: true }, { name: 'else', title: '别的', value: 3 as never }])
    expect(lineRow(rows, l)).toEqual({ who: { id: 7, display: '甲' }, kind: 'in' })
    expect(lineRow(rows, line(7, 'org'))).toBeNull()
    expect(samePerson(rows, { who: { id: 7 } }, l)).toBe(true)
    expect(samePerson(rows, {}, l)).toBe(false)
  })
  it('what is sent leaves out rows with nothing in them', () => {
    expect(linesOut(people, [{}, { id: 3, display: '乙', key: 'C3' }])).toEqual([{ id: 3 }])
    expect(linesOut(rows, [{}, { who: { id: 3 }, note: '' }])).toEqual([{ who: { id: 3 } }])
    expect(linesOut(null, [{ id: 3 }])).toEqual([])
  })
  it('a step of some kinds asks only rows of these', () => {
    expect(ofKinds(rows, { kind: 'in' }, ['进'])).toBe(true)
    expect(ofKinds(rows, { kind: 'out' }, ['in'])).toBe(false)
    expect(ofKinds(rows, {}, ['in'])).toBe(false)
    expect(ofKinds(people, {}, ['in'])).toBe(true)
  })
})
