import { expect, test } from 'vitest'
import { renumber, unitsOf } from './plan'

const posts = new Map([[1, { title: '水务局局长', unit: '水务局', approved: 1, held: 1 }], [2, { title: '水务局副局长', unit: '水务局', approved: 2, held: 2 }], [3, { title: '林业局局长', unit: '林业局', approved: 1, held: 0 }]])
const line = (from: number | null, to: number | null, kind = '平级转任') => ({ kind, from, to })
test('units have the numbers of their posts, as they will be when all is done', () => {
  const u = unitsOf([line(1, null, '退休'), line(2, 1), line(null, 3)], posts, [])
  expect(u.map(x => [x.title, x.approved, x.held, x.after, x.over, x.free])).toEqual([['水务局', 3, 3, 2, 0, 1], ['林业局', 1, 0, 1, 0, 0]])
})
test('beyond the approved number is over; who takes no place is not counted', () => {
  expect(unitsOf([line(null, 1)], posts, [])[0]).toMatchObject({ after: 2, over: 1 })
  expect(unitsOf([line(null, 1, '挂职')], posts, ['挂职'])).toEqual([])
  expect(unitsOf([line(null, 9)], posts, [])).toEqual([])
})
/* What is written, played: no number twice at any moment. */
function play(order: number[], now: [number, number][]) {
  const at = new Map(now)
  for (const w of renumber(order, new Map(now))) {
    expect([...at].some(([id, n]) => n === w.number && id !== w.id)).toBe(false)
    at.set(w.id, w.number)
  }
  return order.map(id => at.get(id))
}
test('places are given anew without two lines of one number', () => {
  expect(play([11, 12, 13], [[11, 1], [12, 2], [13, 3]])).toEqual([1, 2, 3])
  expect(play([13, 11, 12], [[11, 1], [12, 2], [13, 3]])).toEqual([1, 2, 3])
  expect(play([12, 11], [[11, 1], [12, 2]])).toEqual([1, 2])
  expect(play([5, 6, 7], [[5, 351], [6, 352], [7, 431]])).toEqual([1, 2, 3])
  expect(renumber([11, 12], new Map([[11, 1], [12, 2]]))).toEqual([])
})
test('one that moves far takes one write a line that makes room', () => {
  const n = 40
  const now = new Map(Array.from({ length: n }, (_, i) => [i, i + 1]))
  const order = [n - 1, ...Array.from({ length: n - 1 }, (_, i) => i)]
  expect(renumber(order, now).length).toBe(n + 1)
})
