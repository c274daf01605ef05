/* The tour by each role, in a real browser at two widths: what each may do, no errors in the console, nothing serious for axe, no page wider than the screen. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { desk } from './desk.mjs'
import { wrong } from './openapi.mjs'
import { papers } from './papers.mjs'
import { password, people, start } from './server.mjs'
import { caseSteps } from './tour-case.mjs'
import { slipSteps } from './tour-slip.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = new URL('../../docs/tour/', import.meta.url).pathname
const only = process.env.ONLY

export async function tour(executablePath, keep) {
  let passed = 0
  let failed = 0
  const s = await start()
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
    await step('sign-in: refused in four lines, the same for a wrong name', async () => {
      const page = await open(1440)
      await shot(page, 'sign-in')
      page.wanted = ['401']
      for (const n of ['kezhang', 'nobody']) {
        await page.fill('input[autocomplete=username]', n)
        await page.fill('input[type=password]', 'wrong wrong wrong')
        await page.click('.sign .b.main')
        await page.waitForSelector('.refusal')
        must((await page.$$('.refusal dt')).length >= 3, 'a refusal has its lines')
      }
      await page.evaluate(() => document.querySelector('.refusal').remove())
      await sound(page, 'sign-in')
      await page.context().close()
    })

    for (const p of people) {
      await step(`${p.role}: every page of the menu at 1440 px, quiet and accessible`, async () => {
        const page = await open(1440, p.name)
        const m = await menu(page)
        must(m.length >= 4 && m.length <= 7, `${m.length} entries in the menu`)
        must(m.some(x => x.to === '/system') === /admin/.test(p.role), 'only administrators have 系统')
        for (const x of m) {
          if (!(await there(x.to))) continue
          await go(page, x.to)
          await sound(page, x.text)
          if (p.role === 'org-department' && x.to === '/') await shot(page, 'today')
        }
        await page.context().close()
      })
    }
    for (const name of ['kezhang', 'ganbu', 'shenji']) {
      await step(`${name}: every page of the menu at 390 px fits the phone`, async () => {
        const page = await open(390, name)
        for (const x of await menu(page)) {
          if (!(await there(x.to))) continue
          await go(page, x.to)
          await sound(page, x.text)
          if (name === 'kezhang' && x.to === '/') await shot(page, 'today-phone')
        }
        await page.context().close()
      })
    }

    await step('clerk: a list answers to arrows, Enter and Esc; the card has what belongs to the record', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/cadre')
      await page.waitForSelector('.lrow')
      must((await page.$$('.lrow')).length < 60, 'only the rows in sight are in the page')
      await page.focus('.ledger')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.card h2')
      await settled(page)
      must((await page.$$('.card .related table tbody tr')).length > 2, 'résumé and posts are open')
      await shot(page, 'card')
      await page.click('.card .seal')
      await page.waitForSelector('.prov pre')
      await sound(page, 'card')
      await page.focus('.ledger')
      await page.keyboard.press('Escape')
      await page.waitForSelector('.card', { state: 'detached' })
      await page.context().close()
    })
    await step('clerk: paging by key reaches the last of the list', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/tenure')
      await page.waitForSelector('.lrow')
      const all = Number(await page.getAttribute('.ledger', 'aria-rowcount'))
      for (let i = 0; i < 30; i++) {
        await page.evaluate(() => { const l = document.querySelector('.ledger'); l.scrollTop = l.scrollHeight })
        await page.waitForTimeout(120)
        if (await page.$(`.lrow[aria-rowindex="${all}"]`)) break
      }
      must(await page.$(`.lrow[aria-rowindex="${all}"]`), `row ${all} is in sight`)
      await page.context().close()
    })
    await step('clerk: a condition in words becomes a chip, and goes again', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/cadre')
      await page.waitForSelector('.lrow')
      const before = Number(await page.getAttribute('.ledger', 'aria-rowcount'))
      await page.click('text=加条件')
      await page.click('.filter-maker .f')
      await page.keyboard.type('年龄')
      await page.click('.el-select-dropdown__item:visible >> text=/^年龄$/')
      await page.fill('.filter-maker input[aria-label="值"]', '50')
      await page.click('.filter-maker .main-ish')
      await page.waitForSelector('.chip')
      await settled(page)
      const after = Number(await page.getAttribute('.ledger', 'aria-rowcount'))
      must(after > 0 && after < before, `${before} → ${after}`)
      await page.click('.chip button')
      await settled(page)
      must(Number(await page.getAttribute('.ledger', 'aria-rowcount')) === before, 'all are back')
      await page.context().close()
    })
    await step('clerk: the box understands “35岁以下 全日制本科” and “zs”', async () => {
      const page = await open(1440, 'kezhang')
      await page.keyboard.press('/')
      await page.keyboard.type('45岁以下 全日制本科')
      await page.waitForSelector('.find-list .list')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.chip')
      await settled(page)
      await page.waitForSelector('.lrow')
      await sound(page, 'found list')
      await shot(page, 'list')
      await page.click('h1')
      await page.keyboard.press('/')
      await page.keyboard.type('zs')
      await page.waitForSelector('.find-list [role=option]:not(.list)')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.card h2')
      await page.context().close()
    })
    await step('clerk: a form is checked as one types, kept as a draft, written, and taken back', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, `/r/cadre/${s.cadre}/edit`)
      await page.waitForSelector('#f-speciality')
      await page.fill('#f-citizen_number', '990101198005120011')
      await page.waitForSelector('.field.bad .problem')
      await shot(page, 'form')
      await page.fill('#f-speciality', '水利工程')
      await page.waitForTimeout(500)
      await page.evaluate(() => { location.hash = '#/' })
      await page.waitForSelector('.el-message-box')
      await page.click('.el-message-box .el-button--primary')
      await page.waitForSelector('.today')
      await go(page, `/r/cadre/${s.cadre}/edit`)
      await page.waitForSelector('.note-bar')
      must(await page.inputValue('#f-speciality') === '水利工程', 'the draft is there')
      await page.click('.note-bar .b')
      await page.fill('#f-speciality', '水利工程管理')
      await page.waitForTimeout(600)
      must(!(await page.$('.field.bad')), 'nothing is wrong')
      await sound(page, 'form')
      await page.keyboard.press('Control+s')
      await page.waitForSelector('.card h2')
      await settled(page)
      await page.click('.past-list li:first-child .b')
      await page.waitForSelector('.el-message--success')
      await settled(page)
      must((await page.$$('.past-list li')).length >= 3, 'entered, changed, undone')
      await sound(page, 'card after undo')
      await page.context().close()
    })
    await step('clerk: chosen rows are changed one by one and the whole taken back', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/cadre')
      await page.waitForSelector('.lrow')
      await page.focus('.ledger')
      for (let i = 0; i < 3; i++) { await page.keyboard.press(' '); await page.keyboard.press('ArrowDown') }
      await page.click('.bulk >> text=改一项')
      await page.click('.el-dialog:visible .el-select')
      await page.keyboard.type('专业技术职务')
      await page.click('.el-select-dropdown__item:visible >> text=专业技术职务')
      await page.fill('.el-dialog:visible input[aria-label="专业技术职务"]', '工程师')
      await page.click('.el-dialog:visible .b.main')
      await page.waitForSelector('.work >> text=撤回')
      await page.click('.work >> text=撤回')
      await until(page, () => !document.querySelector('.progress'))
      await settled(page)
      await sound(page, 'bulk')
      await page.context().close()
    })
    await step('clerk: a file with wrong rows is mended in the page and taken in', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/resume/import')
      const csv = '干部,起始年月,截止年月,经历\r\nC0004,1990-01,1989-01,测试经历一\r\nC0004,1991-13,,测试经历二\r\nC0004,1988-01,1989-01,测试经历三\r\n'
      await page.setInputFiles('input[type=file]', { name: '简历.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
      await page.waitForSelector('.mend li')
      await shot(page, 'import')
      await sound(page, 'import')
      for (const [bad, good] of [['1991-13', '1991-12'], ['1989-01', '1991-01']]) {
        await page.waitForSelector('.mend-cells input')
        for (const el of await page.$$('.mend-cells input')) if (await el.inputValue() === bad) { await el.fill(good); break }
        await page.click('button:has-text("重新检查")')
        await page.waitForSelector('.page-head .b.main:not([disabled])')
        await page.click('.page-head .b.main')
        await page.waitForSelector('.job-end')
      }
      await page.waitForSelector('text=看名册')
      await page.context().close()
    }, ['jobs/1'])
    await step('department: a team shows its seats and the standard; a trial shows before and after', async () => {
      const page = await open(1440, 'buzhang')
      await go(page, '/teams')
      await page.waitForSelector('.org-group button')
      const b = await page.$$('.org-group button')
      for (const x of b) if ((await x.textContent()).includes('镇')) { await x.click(); break }
      await page.waitForTimeout(300)
      await settled(page)
      must((await page.$$('.seats li')).length > 5, 'seats')
      await page.click('.acts .b.main')
      await page.waitForSelector('.bench li button')
      await page.click('.bench li:nth-child(2) button')
      await page.click('.seats .portrait.ready, .seats .vacant')
      await page.waitForSelector('.trial li')
      must((await page.textContent('.measure b')).includes('→'), 'before and after')
      await page.waitForSelector('.age-chart canvas')
      await shot(page, 'team')
      await sound(page, 'team')
      await page.context().close()
    })
    await step('department: the book, a rule, whom it concerns, why', async () => {
      const page = await open(1440, 'buzhang')
      await go(page, '/rules/r/post-overfilled')
      await page.waitForSelector('.rule-pane h2')
      await page.waitForSelector('.decl.on')
      await settled(page)
      await shot(page, 'rules')
      await page.click('.rule-pane .lines button')
      await page.waitForSelector('.why')
      await page.click('.page-head >> text=试一试')
      await page.fill('.boxed textarea', 'date("2026-03-01") - date("2026-02-01")')
      await page.click('.boxed .b.main')
      await page.waitForSelector('.feel-answer')
      page.wanted = ['422', '400']
      await page.fill('.boxed textarea', '1 +')
      await page.click('.boxed .b.main')
      await page.waitForSelector('.boxed .refusal')
      await page.context().close()
    })
    await step('department: an entry is proved in the page, and one changed bit is seen', async () => {
      const page = await open(1440, 'buzhang')
      await go(page, '/journal')
      await page.waitForSelector('.log li')
      await go(page, '/journal/800')
      await page.waitForSelector('.verdict.done')
      await page.waitForSelector('.entry .kv dd')
      must((await page.$$('.entry table.t tr')).length > 2, 'what the entry changed')
      await sound(page, 'entry')
      await shot(page, 'proof')
      await page.click('.proof .acts .b')
      await page.waitForSelector('.verdict.serious')
      await page.context().close()
    })
    await step('branch secretary: sees his branch and nothing of others', async () => {
      const page = await open(1440, 'shuji')
      await go(page, '/r/party_member')
      await page.waitForSelector('.lrow')
      const n = Number(await page.getAttribute('.ledger', 'aria-rowcount'))
      must(n > 0 && n < 200, `${n} members`)
      page.wanted = ['403', '404']
      await go(page, '/r/cadre')
      must(!(await page.$('.lrow')), 'no cadre is listed')
      must(await page.$('.no-right, .refusal'), 'it says so')
      await page.context().close()
    })
    await step('the person himself: what is kept about him', async () => {
      const page = await open(1440, 'ganbu')
      await go(page, '/mine')
      await page.waitForSelector('.kept-kv dd')
      await sound(page, 'mine')
      await shot(page, 'mine')
      await page.hover('.kept-kv dd')
      await page.click('.kept-kv .ask')
      await page.waitForSelector('.el-dialog:visible textarea')
      await page.context().close()
    }, ['mine'])
    await step('the person himself: who read it', async () => {
      const page = await open(1440, 'ganbu')
      await go(page, '/mine/reads')
      await sound(page, 'reads')
      await page.context().close()
    }, ['mine/reads'])
    for (const [name, tab, sel, route] of [['xitong', 'accounts', 'table.t tbody tr', 'accounts'], ['anquan', 'accounts', 'table.t tbody tr', 'accounts'], ['anquan', 'roles', 'table.t tbody tr', 'roles'], ['xitong', 'packs', '.pack-files li', 'packs'], ['shenji', 'reads', 'table.t, .empty', 'audit/reads'], ['shenji', 'refusals', 'table.t, .empty', 'audit/refusals'], ['shenji', 'self', 'table.t tbody tr', 'audit/routes']]) {
      await step(`administrators: ${name} in 系统 ${tab}`, async () => {
        const page = await open(1440, name)
        await go(page, '/system/' + tab)
        await page.waitForSelector(sel)
        await sound(page, name + ' ' + tab)
        if (name === 'anquan' && tab === 'accounts') await shot(page, 'system')
        await page.context().close()
      }, [route])
    }
    await step('system administrator: a new account is told its password once', async () => {
      const page = await open(1440, 'xitong')
      await go(page, '/system/accounts')
      await page.click('.acts .b.main')
      const inputs = await page.$$('.el-dialog:visible input')
      await inputs[0].fill('xinren')
      await inputs[1].fill('新人（演示）')
      await page.click('.el-dialog:visible .b.main')
      await page.waitForSelector('.secret:visible')
      await page.context().close()
    }, ['accounts'])
    await caseSteps({ step, open, go, until, settled, shot, sound, must, base: s.base })
    await slipSteps({ step, open, go, until, settled, shot, sound, must })
    await step('corrections: the person asks, the cadre office answers, he reads the answer', async () => {
      const page = await open(1440, 'ganbu')
      await go(page, '/mine/kept')
      await page.waitForSelector('.kept .ask')
      await page.click('.kept .ask >> nth=1')
      await page.fill('.el-dialog textarea', '应以档案记载为准，请核对')
      await page.click('.el-dialog .b.main')
      await until(page, () => [...document.querySelectorAll('.lines li')].some(x => x.textContent.includes('请核对') && x.textContent.includes('待答复')))
      await sound(page, '我的 更正')
      await page.context().close()
      const office = await open(1440, 'kezhang')
      await go(office, '/')
      await office.click('#wait a >> text=更正申请')
      await office.waitForSelector('.asked blockquote')
      await sound(office, '更正申请')
      await shot(office, 'corrections')
      await office.fill('.asked textarea', '已核对档案，记载无误')
      await office.click('.asked .acts .b >> nth=0')
      await until(office, () => document.querySelector('.corrections .empty'))
      await office.context().close()
      const again = await open(390, 'ganbu')
      await go(again, '/mine/kept')
      await until(again, () => [...document.querySelectorAll('.lines li')].some(x => x.textContent.includes('不同意') && x.textContent.includes('记载无误')))
      await sound(again, '我的 更正')
      await again.context().close()
    }, ['corrections'])
    await step('tokens: made once, shown once, taken back', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/mine/tokens')
      await page.click('.tokens .b.main')
      await page.fill('.el-dialog input[maxlength="100"]', '大屏')
      await page.fill('.el-dialog .el-date-editor input', '2026.12.31')
      await page.keyboard.press('Enter')
      await page.click('.el-dialog:visible .el-dialog__footer .b.main')
      await page.waitForSelector('.tokens .secret', { state: 'attached' })
      must(/^[A-Za-z0-9_-]{43}$/.test((await page.textContent('.tokens .secret')).trim()), 'the token is shown')
      await page.keyboard.press('Escape')
      await page.waitForSelector('.tokens td >> text=大屏')
      await sound(page, '接口令牌')
      await page.click('.tokens td .b >> nth=0')
      await page.click('.el-message-box .el-button--primary')
      await until(page, () => document.querySelector('.tokens .empty'))
      await page.context().close()
      const admin = await open(1440, 'xitong')
      await go(admin, '/system/tokens')
      await sound(admin, '系统 接口令牌')
      await admin.context().close()
    }, ['tokens'])
    await step('erasing by law is proposed with its basis, and waits for a second person', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/cadre/' + s.cadre)
      await page.waitForSelector('.card-acts')
      await page.click('.card-acts >> text=依法擦除')
      await page.click('.erase-fields .check >> nth=1')
      await page.fill('.el-dialog:visible input[maxlength="200"]', '个人信息保护法 第四十七条')
      await sound(page, '依法擦除')
      await page.click('.el-dialog:visible .b.main')
      await page.waitForSelector('.el-message--success')
      await page.context().close()
      const mine = await open(390, 'kezhang')
      await go(mine, '/system/pending')
      await mine.waitForSelector('.pend')
      must((await mine.textContent('.pend')).includes('擦除') && await mine.$('.pend button[disabled]'), 'who proposed it does not agree to it')
      await sound(mine, '复核')
      await mine.context().close()
    }, ['tokens'])
    await step('in English every page is English', async () => {
      const page = await open(1440)
      await page.click('text=English')
      await enter(page, 'buzhang')
      for (const x of await menu(page)) {
        if (!(await there(x.to))) continue
        await go(page, x.to)
        must(/^[A-Z]/.test(x.text), x.text)
        await sound(page, x.text)
      }
      await page.context().close()
    })
    await step('the API describes itself as OpenAPI 3.1', async () => {
      const why = await wrong(await s.openapi())
      must(why === '', why)
    })
    await papers({ step, open, go, settled, until, sound, shot, must, s })
    await desk({ step, open, go, settled, until, sound, shot, must })
    await step('on paper the shell is gone', async () => {
      const page = await open(1440, 'kezhang')
      await go(page, '/r/cadre/' + s.cadre)
      await page.waitForSelector('.card h2')
      await page.emulateMedia({ media: 'print' })
      must(await page.$eval('.head', e => getComputedStyle(e).display) === 'none', 'no head')
      must(await page.$eval('.card', e => getComputedStyle(e).display) !== 'none', 'the card is there')
      await page.context().close()
    })
  } finally {
    await browser.close()
    await s.stop()
  }
  return { passed, failed }
}
