/* 调整方案: a plan of twenty-one lines with chain moves is made in the page; the numbers of its units are read as it grows; its papers and its case come from it. */
import { rowsOf } from './sixty.mjs'

/* Units where a chief and a deputy each hold one post alone, and a deputy elsewhere could follow. */
function units() {
  const open = rowsOf('tenure').filter(t => !t.免职时间)
  const held = code => open.filter(t => t.职位 === code && t.占职数 === '是')
  const alone = t => open.filter(x => x.干部 === t.干部).length === 1
  const person = new Map(rowsOf('cadre').map(c => [c.编号, c]))
  const once = new Map()
  for (const c of person.values()) once.set(c.姓名, (once.get(c.姓名) ?? 0) + 1)
  const fit = t => t && alone(t) && person.get(t.干部)?.在职状态 === '在职' && once.get(person.get(t.干部).姓名) === 1
  const posts = rowsOf('post').filter(p => p.班子职位 === '是')
  const orgs = new Map(rowsOf('org').map(o => [o.编码, o]))
  const out = []
  for (const chief of posts.filter(p => p.正职 === '是' && p.职务层次 === '乡科级正职' && Number(p.核定职数) === 1)) {
    const deputy = posts.find(p => p.所属组织 === chief.所属组织 && p.职务层次 === '乡科级副职')
    const a = held(chief.编码), b = deputy ? held(deputy.编码) : []
    if (a.length !== 1 || !fit(a[0]) || !b.length || !fit(b[0]) || b.length > Number(deputy.核定职数)) continue
    out.push({ unit: orgs.get(chief.所属组织).名称, chief: { ...chief, full: orgs.get(chief.所属组织).名称 + chief.职位名称, held: 1 }, deputy: { ...deputy, full: orgs.get(chief.所属组织).名称 + deputy.职位名称, held: b.length },
      first: person.get(a[0].干部), second: person.get(b[0].干部) })
  }
  return out
}

export async function planSteps({ step, open, go, settled, until, sound, shot, must }) {
  const all = units()
  const chosen = all.slice(0, 7), next = all.slice(7, 14) // the deputies of others follow
  let address = ''
  const last = '.plan-t tbody tr:last-child'
  async function choose(page, cell, words) {
    await page.click(`${last} ${cell} input`)
    await page.keyboard.type(words)
    const option = page.locator('.el-select-dropdown__item:visible').filter({ has: page.locator('span:first-child', { hasText: new RegExp('^' + words + '$') }) }).first()
    await option.waitFor()
    await option.click()
    await until(page, () => !document.querySelector('.el-select-dropdown:not([style*="none"]) .el-select-dropdown__item.is-loading'))
  }
  const saved = page => until(page, () => document.querySelector('.plan-state')?.textContent === '已存')
  async function line(page, who, kind, to) {
    await page.click('.plan-add .b')
    await choose(page, '.plan-who', who)
    await page.selectOption(`${last} .plan-kind select`, { label: kind })
    if (to) await choose(page, '.plan-post:nth-of-type(5)', to)
    await saved(page)
  }
  const unit = (page, name) => page.locator('.plan-units > li', { has: page.locator('.plan-unit b', { hasText: new RegExp('^' + name + '$') }) })
  const numbers = async (page, name) => (await unit(page, name).locator('.plan-n').allTextContents()).map(x => x.replace(/\s+/g, ' ').trim())

  await step('plan: lines are made, one makes room for another, the numbers follow', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/cases')
    await page.click('.page-head >> text=调整方案')
    await page.waitForSelector('.plan-t tbody tr')
    await settled(page)
    must(await page.$('.plan-units li.over'), 'the plan of the example goes beyond the approved numbers somewhere')
    must(await page.$('.plan-says .sev'), 'what the rules say stands beside a person')
    must((await page.textContent('.plan-says .law')).includes('《'), 'with its basis')
    await sound(page, 'plan')
    await shot(page, 'clerk-plan')
    await page.click('.page-head >> text=新方案')
    await page.fill('.plan-new input[aria-label="方案编号"]', 'F9')
    await page.fill('.plan-new input[aria-label="方案名称"]', '2026年第二批')
    await page.click('.plan-new .b.main')
    await page.waitForSelector('h1 >> text=2026年第二批')
    await settled(page)
    address = await page.evaluate(() => location.hash.slice(1))
    const u = chosen[0]
    /* The deputy is to be chief: one too many, until the chief makes room. */
    await line(page, u.second.姓名, '提拔', u.chief.full)
    await until(page, () => document.querySelector('.plan-seats h2 .serious')?.textContent.includes('超 1 名'))
    must((await numbers(page, u.unit)).some(n => n === `1 · 1 + 1 → 2`), 'the chief’s post: ' + (await numbers(page, u.unit)).join(' / '))
    await unit(page, u.unit).locator('button', { hasText: '腾' }).click()
    await page.waitForSelector('.plan-t tbody tr:nth-child(2)')
    await page.selectOption(`${last} .plan-kind select`, { label: '退休' })
    await saved(page)
    must((await page.inputValue(`${last} .plan-who input`)) === u.first.姓名 || (await page.textContent(`${last} .plan-who`)).includes(u.first.姓名), 'who holds the post makes room')
    await until(page, () => document.querySelector('.plan-seats h2 .done-c'))
    must((await numbers(page, u.unit)).includes('1 · 1 − 1 + 1 → 1'), 'out and in: ' + (await numbers(page, u.unit)).join(' / '))
    /* The deputy's own post is free, and is filled from another unit. */
    await unit(page, u.unit).locator('button', { hasText: '补' }).first().click()
    await page.waitForSelector('.plan-t tbody tr:nth-child(3)')
    await choose(page, '.plan-who', next[0].second.姓名)
    await page.selectOption(`${last} .plan-kind select`, { label: '平级转任' })
    await saved(page)
    must((await page.textContent('.chains')).replace(/\s+/g, ' ').includes(`${u.first.姓名} ← 1 ${u.second.姓名} ← 3 ${next[0].second.姓名}`), 'the chain is told')
    must((await page.textContent('.plan-t tbody tr:first-child')).includes('接 ' + u.first.姓名), 'and after whom')
    await page.context().close()
  }, ['procedures'])
  await step('plan: twenty-one lines, every unit in its numbers; a line moves; it is there again', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, address)
    await page.waitForSelector('.plan-t tbody tr:nth-child(3)')
    for (let i = 1; i < 7; i++) {
      await line(page, chosen[i].first.姓名, '退休')
      await line(page, chosen[i].second.姓名, '提拔', chosen[i].chief.full)
      await line(page, next[i].second.姓名, '平级转任', chosen[i].deputy.full)
    }
    must((await page.$$('.plan-t tbody tr')).length === 21, '21 lines')
    await until(page, () => document.querySelector('.plan-seats h2 .done-c'))
    for (let i = 0; i < 7; i++) {
      const n = await numbers(page, chosen[i].unit), d = chosen[i].deputy
      must(n.includes('1 · 1 − 1 + 1 → 1'), `${chosen[i].unit}: ${n.join(' / ')}`)
      must(n.includes(`${d.核定职数} · ${d.held} − 1 + 1 → ${d.held}`), `${chosen[i].unit}: ${n.join(' / ')}`)
      const from = await numbers(page, next[i].unit), e = next[i].deputy
      must(from.includes(`${e.核定职数} · ${e.held} − 1 → ${e.held - 1}`), `${next[i].unit}: ${from.join(' / ')}`)
    }
    must((await page.textContent('.plan-seats h2')).includes('14 个单位 · 21 个职位'), 'the tally: ' + (await page.textContent('.plan-seats h2')))
    must((await page.textContent('.plan-seats h2')).includes('空出 7 名没有补'), 'seven places are left')
    await sound(page, 'plan of 21')
    await shot(page, 'clerk-plan-21')
    /* The last goes to the top: all numbers are written anew, none twice. */
    await page.click(`${last} .plan-x button >> nth=0`)
    await saved(page)
    await until(page, () => !document.querySelector('.plan-x button[disabled][aria-label^="第 20 行上移"]'))
    await page.reload()
    await page.waitForSelector('.plan-t tbody tr:nth-child(21)')
    await settled(page)
    const names = await page.$$eval('.plan-t .plan-who', tds => tds.slice(1).map(x => x.textContent + (x.querySelector('input')?.value ?? '')))
    must(names[19].includes(next[6].second.姓名) && names[20].includes(chosen[6].second.姓名), 'the two have changed places')
    /* What cannot be is told at its line, and the others stand. */
    page.wanted = ['422', '400']
    await page.fill('.plan-t tbody tr:first-child textarea', '年龄到界，' + '工作需要'.repeat(2))
    await page.press('.plan-t tbody tr:first-child textarea', 'Tab')
    await saved(page)
    await page.context().close()
  }, ['procedures'])
  await step('plan: its papers in one click, and its case', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, address)
    await page.waitForSelector('.next-bar .b')
    await page.click('.next-bar >> text=资格审查表')
    await page.fill('.el-dialog:visible input[aria-label="事由"]', '方案预审')
    const [first] = await Promise.all([page.waitForEvent('download'), page.click('.el-dialog:visible .b.main')])
    must(first.suggestedFilename().endsWith('.docx'), first.suggestedFilename())
    for (const paper of ['职数预审表', '干部调整方案']) {
      const [f] = await Promise.all([page.waitForEvent('download'), page.click(`.next-bar >> text=${paper}`)])
      must(f.suggestedFilename().endsWith('.docx'), f.suggestedFilename())
    }
    await page.click('.page-head .b.main')
    await page.waitForSelector('.case-new')
    await settled(page)
    await page.click('.page-head .b.main')
    await page.waitForSelector('.batch-t tbody tr:nth-child(21)')
    await settled(page)
    await sound(page, 'case of the plan')
    await go(page, address)
    await page.waitForSelector('.plan-note')
    await settled(page)
    must(!(await page.$('.plan-t select')), 'with a case it is for reading')
    await sound(page, 'plan with a case')
    await page.context().close()
  }, ['procedures'])
  await step('plan: who does not see its lines is told so; on a phone each line is a card', async () => {
    const other = await open(1440, 'xiangzhen')
    await go(other, '/cases')
    must(!(await other.$('.page-head >> text=调整方案')), 'not offered to who has no such register')
    await other.context().close()
    const page = await open(390, 'kezhang')
    await go(page, '/plans')
    await page.waitForSelector('.plan-t tbody tr')
    await settled(page)
    await sound(page, 'phone plan')
    await shot(page, 'phone-plan')
    await page.context().close()
  }, ['procedures'])
}
