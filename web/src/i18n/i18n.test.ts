import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import ballotEn from './ballot.en'
import ballotZh from './ballot.zh'
import caseEn from './case.en'
import caseZh from './case.zh'
import casePaperEn from './casepaper.en'
import casePaperZh from './casepaper.zh'
import deskEn from './desk.en'
import deskZh from './desk.zh'
import enOwn from './en'
import jobEn from './job.en'
import jobZh from './job.zh'
import linkEn from './link.en'
import linkZh from './link.zh'
import papersEn from './exchange.en'
import papersZh from './exchange.zh'
import planEn from './plan.en'
import planZh from './plan.zh'
import rightsEn from './own.en'
import rightsZh from './own.zh'
import slipEn from './slip.en'
import slipZh from './slip.zh'
import zhOwn from './zh'

const zh: Record<string, string> = { ...zhOwn, ...rightsZh, ...jobZh, ...papersZh, ...caseZh, ...casePaperZh, ...ballotZh, ...slipZh, ...linkZh, ...deskZh, ...planZh }
const en: Record<string, string> = { ...enOwn, ...rightsEn, ...jobEn, ...papersEn, ...caseEn, ...casePaperEn, ...ballotEn, ...slipEn, ...linkEn, ...deskEn, ...planEn }

const files = (d: string): string[] => readdirSync(d).flatMap(f => { const p = join(d, f); return statSync(p).isDirectory() ? files(p) : /\.(vue|ts)$/.test(f) && !/\.test\.ts$/.test(f) ? [p] : [] })
const sources = files(new URL('..', import.meta.url).pathname).filter(f => !f.includes('/i18n/')).map(f => readFileSync(f, 'utf8'))

test('Chinese and English have the same keys', () => {
  expect(Object.keys(en).filter(k => !(k in zh))).toEqual([])
  expect(Object.keys(zh).filter(k => !(k in en))).toEqual([])
})
test('no word is empty', () => {
  for (const d of [zh, en]) expect(Object.entries(d).filter(([, v]) => v.trim() === '').map(([k]) => k)).toEqual([])
})
test('both say the same variables', () => {
  const vars = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort().join()
  expect(Object.keys(zh).filter(k => vars(zh[k]!) !== vars(en[k] ?? ''))).toEqual([])
})
test('every key that a page uses is there', () => {
  const used = new Set(sources.flatMap(s => [...s.matchAll(/\bt\('([^']+)'[,)]/g)].map(m => m[1]!)))
  expect(used.size).toBeGreaterThan(200)
  expect([...used].filter(k => !(k in zh))).toEqual([])
})
test('keys that are put together have all their parts', () => {
  for (const k of ['severity.serious', 'severity.warn', 'severity.info', 'class.personal', 'class.restricted', 'class.protected', 'class.open', 'admin.system', 'admin.security', 'admin.audit', 'order.tree', 'order.strokes', 'order.pinyin', 'order.key', 'order.id'])
    expect(zh[k], k).toBeTruthy()
  for (const p of ['card', 'list', 'export', 'print', 'history', 'proof', 'file', 'finding', 'mine', 'correction', 'explain', 'feel']) expect(zh['purpose.' + p], p).toBeTruthy()
  for (const k of ['ask.heap.done', 'ask.heap.part', 'ask.heap.none', 'resumes.all', 'resumes.no_line', 'resumes.dates', 'resumes.text', 'resumes.no_record']) expect(zh[k], k).toBeTruthy()
  for (let d = 0; d < 7; d++) expect(zh['weekday.' + d]).toBeTruthy()
  for (const o of ['is', 'not', 'has', 'from', 'to', 'empty', 'filled']) { expect(zh['op.' + o]).toBeTruthy(); expect(zh['op.said.' + o]).toBeTruthy() }
})
test('names of the field stand in one file only', () => {
  const all = files(new URL('..', import.meta.url).pathname).filter(f => !/\/(field|i18n)\//.test(f))
  const names = /['`](cadre|tenure|post|org|team_standard|party_member|schooling|resume)['`]/
  expect(all.filter(f => names.test(readFileSync(f, 'utf8')))).toEqual([])
})
