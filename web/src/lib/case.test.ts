import { expect, test } from 'vitest'
import { chains, folded, groups, seatsAfter } from './case'
import type { Need, Step } from '@/api/case'

const posts = new Map([[1, { title: '局长', approved: 1, held: 1 }], [2, { title: '副局长', approved: 2, held: 2 }], [3, { title: '股长', approved: 1, held: 0 }]])
test('a batch is counted as it will be when all its lines are done', () => {
  const s = seatsAfter([{ from: 1, to: null }, { from: 2, to: 1 }, { from: null, to: 2 }], posts)
  expect(s.map(x => [x.id, x.held, x.after, x.over])).toEqual([[1, 1, 1, false], [2, 2, 2, false]])
})
test('a place that nobody leaves is over', () => {
  expect(seatsAfter([{ from: null, to: 1 }], posts)[0]).toMatchObject({ after: 2, over: true })
  expect(seatsAfter([{ from: null, to: 9 }], posts)).toEqual([])
})
test('chains begin where no line makes the place', () => {
  expect(chains([{ number: 1, from: 1, to: null }, { number: 2, from: 2, to: 1 }, { number: 3, from: 3, to: 2 }])).toEqual([[1, 2, 3]])
  expect(chains([{ number: 1, from: 1, to: null }])).toEqual([])
})
test('an exchange of two places ends', () => {
  expect(chains([{ number: 1, from: 1, to: 2 }, { number: 2, from: 2, to: 1 }])).toEqual([])
})
test('what is shut comes first; what holds for several stands once', () => {
  const gate = (name: string, holds: boolean, line: number) => ({ kind: 'gate', holds, unknown: false, line, gate: { name } }) as unknown as Need
  const f = folded([gate('a', true, 0), gate('a', true, 1), gate('b', false, 0), gate('b', false, 1)])
  expect(f.map(n => [n.gate?.name, n.holds, n.times])).toEqual([['b', false, 1], ['b', false, 1], ['a', true, 2]])
})
test('steps side by side stand together', () => {
  const s = (name: string, group: number) => ({ name, group }) as Step
  expect(groups([s('a', 0), s('b', 1), s('c', 1), s('d', 2)]).map(g => g.length)).toEqual([1, 2, 1])
})
