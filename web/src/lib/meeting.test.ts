import { expect, test } from 'vitest'
import type { BallotOf, Step } from '@/api/case'
import { holding, stands, tally } from './meeting'

const ballot = { kind: 'approve', quorum: { base: 'entitled', more: false, param: '到会比例', p: '2', q: '3' }, pass: { base: 'entitled', more: true, param: '赞成比例', p: '1', q: '2' } } as BallotOf
test('who is short of the quorum and of the majority, over the declared base', () => {
  const n = tally(ballot, { entitled: '11', present: '7' }, [{ name: '甲', votes: { yes: '5', no: '2' } }, { name: '乙', votes: { yes: '6', abstain: '1' } }, { name: '丙', votes: {} }])
  expect(n.quorum).toEqual({ base: 11, need: 8, have: 7, lack: 1 })
  expect(n.rows.map(r => [r.cast, r.reach?.need, r.reach?.have, r.reach?.lack])).toEqual([[7, 6, 5, 1], [7, 6, 6, 0], [null, 6, null, 0]])
  expect(n.wrong).toEqual([])
})
test('over those present, and over valid papers', () => {
  const of = (base: 'present' | 'valid') => ({ ...ballot, pass: { ...ballot.pass!, base } })
  expect(tally(of('present'), { entitled: '11', present: '8', yes: '4' }, null).rows[0]?.reach).toMatchObject({ base: 8, need: 5, lack: 1 })
  expect(tally(of('valid'), { entitled: '11', present: '8', valid: '7', yes: '4' }, null).rows[0]?.reach).toMatchObject({ base: 7, need: 4, lack: 0 })
  expect(tally(of('valid'), { entitled: '11', present: '8', written: '2', yes: '4' }, null).rows[0]?.reach).toMatchObject({ base: 10, need: 6, lack: 2 })
})
test('what does not fit is said, each once', () => {
  expect(tally(ballot, { entitled: '11', present: '12' }, []).wrong.map(w => w.key)).toEqual(['present'])
  expect(tally(ballot, { entitled: '11', present: '9', written: '3' }, []).wrong.map(w => w.key)).toEqual(['written'])
  expect(tally(ballot, { entitled: '11', present: '9', valid: '10' }, []).wrong.map(w => w.key)).toEqual(['valid'])
  expect(tally(ballot, { entitled: '11', present: '9' }, [{ name: '甲', votes: { yes: '9', no: '1' } }]).wrong).toEqual([{ key: 'cast', name: '甲', n: 10, of: 9 }])
  expect(tally(ballot, { entitled: '十一', present: '' }, []).quorum).toEqual({ base: null, need: null, have: null, lack: 0 })
})
test('a threshold without a value today is not guessed', () => {
  expect(tally({ ...ballot, quorum: { base: 'entitled', more: false, param: '到会比例' } }, { entitled: '11', present: '1' }, []).quorum).toMatchObject({ need: null, lack: 0 })
})
test('each who is present speaks, the chair last', () => {
  const o = (member: string, stance = 'agree', chair = false) => ({ member, stance, says: '', chair })
  expect(stands([o('甲', 'agree', true), o('乙')], 3, true, true)).toMatchObject({ members: 2, short: 1, chairLast: false, by: [['agree', 2]] })
  expect(stands([o('乙', 'disagree'), o('甲', 'agree', true)], 2, true, true)).toMatchObject({ short: 0, chairLast: true })
  expect(stands([o('乙', ''), o('', 'agree')], 2, false, true)).toMatchObject({ members: 0, short: 0, chairLast: true })
})
test('what keeps a step off the agenda', () => {
  const gate = (fails: string, reason = false, holds = false) => ({ kind: 'gate', holds, unknown: false, gate: { fails, reason, inapplicable: false, exception: false } })
  expect(holding({ needs: [gate('refuse'), gate('drop'), gate('refuse', true), gate('refuse', false, true), { kind: 'field', holds: false }, { kind: 'window', holds: false }] } as unknown as Step).map(n => n.kind)).toEqual(['gate', 'window'])
})
