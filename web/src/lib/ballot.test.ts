import { expect, test } from 'vitest'
import { begin, filled, need, press, sayPaper, textOf, wordsOf, type Shape, type Typing } from './ballot'
const t = (k: string) => ({ 'case.count.yes': '同意', 'case.count.no': '反对', 'case.count.abstain': '弃权', 'ballot.void': '废票', 'ballot.blank': '空白', 'ballot.paper.none': '没有这张' })[k] ?? k
const approve: Shape = { kind: 'approve', candidates: ['甲', '乙', '丙'], places: 1, options: [], classes: [] }
const type = (s: Shape, keys: string, from: Typing = begin(s)) => [...keys].reduce((p, k) => press(s, p, k === '\n' ? 'Enter' : k, wordsOf(s, t).length), from)
const text = (s: Shape, keys: string) => textOf(s, type(s, keys), wordsOf(s, t))

test('a vote on each: a digit a name, done when all are marked', () => {
  expect(text(approve, '123')).toBe('1=yes;2=no;3=abstain')
  expect(type(approve, '123').done).toBe(true)
  expect(type(approve, '12').done).toBe(false)
  expect(text(approve, '103')).toBe('1=yes;3=abstain')
  expect(text(approve, '1\n')).toBe('1=yes')
  expect(type(approve, '4').at).toBe(0)
  expect(text(approve, '12-3\n')).toBe('1=yes;2=abstain')
  expect(text(approve, '*')).toBe('!')
  expect(type(approve, '1x').at).toBe(1)
})
test('choosing: numbers of names, at most the places; again takes back', () => {
  const two: Shape = { ...approve, kind: 'choose', places: 2 }
  expect(text(two, '31')).toBe('1=yes;3=yes')
  expect(type(two, '31').done).toBe(true)
  expect(text(two, '33\n')).toBe('')
  expect(text(two, '9\n')).toBe('')
  const many: Shape = { ...two, candidates: Array.from({ length: 12 }, (_, i) => '人' + i) }
  expect(text(many, '0312')).toBe('3=yes;12=yes')
  expect(type(many, '1').done).toBe(false)
  expect(press(many, type(many, '1'), 'Enter', 0).done).toBe(false)
})
test('classes of voters come first, grades by their order', () => {
  const s: Shape = { kind: 'grade', candidates: ['甲', '乙'], places: 1, options: [{ name: 'top', title: '优秀' }, { name: 'ok', title: '称职' }], classes: [{ name: 'a', title: 'A 类', weight: 40 }, { name: 'b', title: 'B 类', weight: 60 }] }
  expect(text(s, '212')).toBe('b:1=top;2=ok')
  expect(type(s, '3').cls).toBe(-1)
  expect(type(s, '\n').done).toBe(false)
  expect(sayPaper(s, 'b:1=top;2=ok', wordsOf(s, t), t)).toBe('B 类　甲 优秀，乙 称职')
})
test('a paper as people read it', () => {
  expect(sayPaper(approve, '1=yes;3=no', wordsOf(approve, t), t)).toBe('甲 同意，丙 反对')
  expect(sayPaper(approve, '!', [], t)).toBe('废票')
  expect(sayPaper(approve, '', [], t)).toBe('没有这张')
})
test('what a threshold asks for', () => {
  expect(need({ base: 'entitled', more: true, param: '过半', p: '1', q: '2' }, 10)).toBe(6)
  expect(need({ base: 'entitled', more: true, param: '过半', p: '1', q: '2' }, 11)).toBe(6)
  expect(need({ base: 'present', more: false, param: '三分之二', p: '2', q: '3' }, 9)).toBe(6)
  expect(need({ base: 'present', more: false, param: '三分之二', p: '2', q: '3' }, 10)).toBe(7)
  expect(need({ base: 'valid', more: true, param: '过半' }, 10)).toBeNull()
})

test('every paper that is sent is as long as any other', () => {
  const long = (b: object) => new TextEncoder().encode(JSON.stringify(b)).length
  const sizes = ['yes', 'no', 'abstain', ''].flatMap(word => [1, 2, 60].map(n => long(filled({ code: 'AAAA-BBBB-CCCC-DDDD-EEEE', choices: Array.from({ length: word ? n : 0 }, (_, i) => ({ candidate: i + 1, word })) }))))
  expect(new Set(sizes)).toEqual(new Set([4096]))
  expect(long(filled({ choices: [{ candidate: 1, word: '称职' }] }))).toBe(4096)
})
