/* Chinese first; English complete.  A test fails where one has a key that the other has not. */
import { createI18n } from 'vue-i18n'
import { net } from '@/api/client'
import ballotEn from './ballot.en'
import ballotZh from './ballot.zh'
import caseEn from './case.en'
import caseZh from './case.zh'
import casePaperEn from './casepaper.en'
import casePaperZh from './casepaper.zh'
import deskEn from './desk.en'
import deskZh from './desk.zh'
import en from './en'
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
import zh from './zh'

export type Lang = 'zh' | 'en'
const kept = typeof localStorage === 'undefined' ? null : localStorage.getItem('guiju.lang')
const first: Lang = kept === 'en' ? 'en' : 'zh'
net.lang = first

export const i18n = createI18n({ legacy: false, locale: first, fallbackLocale: 'zh', messages: { zh: { ...zh, ...rightsZh, ...jobZh, ...papersZh, ...caseZh, ...casePaperZh, ...ballotZh, ...slipZh, ...linkZh, ...deskZh, ...planZh }, en: { ...en, ...rightsEn, ...jobEn, ...papersEn, ...caseEn, ...casePaperEn, ...ballotEn, ...slipEn, ...linkEn, ...deskEn, ...planEn } },
  // Keys are flat: 'export.reason' and 'export.reason.hint' may both be there.
  messageResolver: (all, path) => ((all as Record<string, string>)[path] ?? null) })
export const t = i18n.global.t as (key: string, named?: Record<string, unknown> | number) => string

export function setLang(lang: Lang) {
  i18n.global.locale.value = lang
  net.lang = lang
  localStorage.setItem('guiju.lang', lang)
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
}
export const words = () => ({ yes: t('yes'), no: t('no'), lang: i18n.global.locale.value as string })
