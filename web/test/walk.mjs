/* A walk in a real browser at two widths: what each may do, no errors in the console, nothing serious for axe, no page wider than the screen.  The parts of the tour
   are walked each on a server of its own, so that they may go side by side. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { password, start } from './server.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = new URL('../../docs/tour/', import.meta.url).pathname
const only = process.env.ONLY

/* steps: a function of the steps, given what they need.  keep: the pictures go to docs/tour. */
export async function walk(executablePath, steps, keep, with_ = null) {
  let passed = 0
  let failed = 0
  const s = await start(with_)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] })
  if (keep) mkdirSync(pictures, { recursive: true })
  const home = await (await fetch(s.base + '/')).text()
  if (!home.includes('id="app"')) {
    console.log('skipped: the browser tests, for this build carries no pages (npm run build in web/, then compile again)')
    await browser.close()
    await s.stop()
    return { passed, failed }
  }

  const must = (yes, what) => { if (!yes) throw new Error(what) }
  async function step(name, f, needs = []) {
    if (only && !only.split('|').some(w => name.includes(w))) return
    for (const r of needs) if (!(await s.has(r))) {
      console.log('skipped:', name, '— the server has no', r, 'yet')
      return
    }
    try {
      await f()
      passed++
      console.log('ok', name)
    } catch (e) {
      failed++
      console.log('not ok', name, '—', String(e.message ?? e).split('\n').slice(0, 3).join(' '))
      if (process.env.SHOTS) await lastPage?.screenshot({ path: `${process.env.SHOTS}/failed-${failed}.png` }).catch(() => undefined)
    }
  }
  let lastPage = null
  /* One sign-in a person: Argon2id is meant to be slow. */
  const kept = new Map()
  async function open(width, name = '') {
    const c = await browser.newContext({ storageState: name ? kept.get(name) : undefined, viewport: { width, height: width > 800 ? 900 : 844 }, locale: 'zh-CN', acceptDownloads: true, hasTouch: width < 800 })
    const page = await c.newPage()
    page.setDefaultTimeout(12000)
    lastPage = page
    page.said = []
    page.wanted = []      // answers that a step asks for on purpose
    page.on('console', m => { if (m.type() === 'error' && !page.wanted.some(w => m.text().includes(w))) page.said.push(m.text()) })
    page.on('pageerror', e => page.said.push('page error: ' + e.message))
    page.on('request', r => { if (!r.url().startsWith(s.base) && !/^(data|blob):/.test(r.url())) page.said.push('asked outside: ' + r.url()) })
    await page.goto(s.base + '/')
    await page.waitForSelector(kept.has(name) ? '.shell .page' : '.sign form')
    if (name && !kept.has(name)) {
      await enter(page, name)
      kept.set(name, await c.storageState())
    }
    return page
  }
  async function enter(page, name) {
    await page.fill('input[autocomplete=username]', name)
    await page.fill('input[type=password]', password)
    await page.click('.sign .b.main')
    await page.waitForSelector('.shell .page')
  }
  async function go(page, to) {
    await page.evaluate(x => { location.hash = '#' + x }, to)
    await settled(page)
  }
  /* Asked again and again from here: the page's own policy lets nobody evaluate a text. */
  async function until(page, f) {
    for (let i = 0; i < 150; i++) {
      if (await page.evaluate(f)) return
      await page.waitForTimeout(80)
    }
    throw new Error('waited too long for ' + String(f).slice(6, 90))
  }
  async function settled(page) {
    await until(page, () => document.querySelector('.page') && !document.querySelector('[aria-busy=true]') && !document.querySelector('.bar'))
    await page.waitForTimeout(100)
  }
  const shot = (page, name) => (keep || process.env.SHOTS ? page.screenshot({ path: `${keep ? pictures : process.env.SHOTS + '/'}${name}.png` }) : null)
  const looked = new Map()
  looked.add = k => looked.set(k, (looked.get(k) ?? 0) + 1)
  async function sound(page, where) {
    must(page.said.length === 0, `${where}: console: ${page.said.slice(0, 2).join(' | ')}`)
    const refused = await page.$$eval('.refusal', els => els.map(e => e.textContent.trim().slice(0, 120)))
    must(refused.length === 0, `${where}: refused: ${refused[0]}`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    must(wide <= 0, `${where}: ${wide}px wider than the screen`)
    const once = where + page.viewportSize().width
    if ((looked.get(once) ?? 0) >= 2) return // of each page two people's are enough for axe
    looked.add(once)
    await page.evaluate(axe)
    const bad = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => `${v.id}: ${v.nodes[0].html.slice(0, 110)} (${v.nodes.length}) ${v.nodes[0].any?.[0]?.message ?? ''}`))
    must(bad.length === 0, `${where}: axe: ${bad.join(' ; ')}`)
  }
  const there = to => (to === '/system' ? s.has('accounts') : to === '/mine' ? s.has('mine') : true)
  const menu = page => page.$$eval('.side a', as => as.map(a => ({ to: a.getAttribute('href').slice(1), text: a.textContent })))

  try {
    await steps({ step, open, enter, go, until, settled, menu, there, shot, sound, must, s })
  } finally {
    await browser.close()
    await s.stop()
  }
  return { passed, failed }
}
