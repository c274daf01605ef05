/* A server for the world: the wall of notices, an objection with its receipt, and nothing else. */
import { password } from './server.mjs'

const day = n => new Date(Date.now() + 8 * 3600000 + n * 86400000).toISOString().slice(0, 10) // the civil day there
let area = ''
let id = 0
export const wallServer = () => ({
  area(path, run, file) {
    area = path
    run('init', area, '--pack', 'packs/core', '--pack', 'web/test/wall', '--profile', 'public', '--name', 'changgeng')
    run('import', area, 'nominee', file('nominees.csv', '编号,姓名,出生日期,出生年月,单位和职务,证件号码\nN1,何示例,1985-03-17,1985-03,长庚县档案馆馆员,ID-7001\nN2,欧阳示例,1979-11-02,1979-11,长庚县水利局河长制办公室副主任,ID-7002\nN3,过期者,1970-01-09,1970-01,长庚县教育局科员,ID-7003\n'))
    run('account', 'load', area, file('people.csv', '登录名,姓名,角色,范围,树,对应人员\nbuzhang,表彰办,office,,,\nanquan,安全管理员,security-admin,,,\n'), '--stdin', { input: password + '\n' })
    for (const [who, at] of [['N1', -1], ['N2', 0], ['N3', -30]]) {
      const opened = run('case', 'open', area, 'praise', who, '事迹=内部写的事迹' + who, '--as', 'buzhang', '--today', day(at))
      const one = /^#(\d+) /m.exec(opened)[1]
      run('notice', 'publish', area, one, 'post', '--as', 'buzhang', '--today', day(at))
      if (who === 'N1') id = Number(one)
    }
  },
  flags: () => ['--profile', 'public']
})
/* Of people the wall says what is declared: no day of birth, no number, nothing of the case. */
const kept = ['ID-700', '1985-03-17', '03.17', '03月17', '3月17', '1979-11-02', '过期者', '内部写的']

export async function wallSteps({ step, open, go, until, settled, sound, shot, must, s }) {
  const api = s.base + '/api/v1/areas/changgeng/'
  const told = (text, where) => { for (const k of kept) must(!text.includes(k), `${where} tells ${k}`) }
  let receipt = ''
  let number = ''
  await step('the wall: who does not sign in reads the notices that hang, with the month of birth alone', async () => {
    for (const width of [1440, 390]) {
      const page = await open(width)
      await go(page, '/notices')
      await page.waitForSelector('.sheet-n')
      must((await page.$$('.sheet-n')).length === 2, 'two hang; the one whose window is over is gone')
      const text = await page.textContent('body')
      must(text.includes('何示例') && text.includes('欧阳示例') && text.includes('1985'), 'who, and the month')
      told(text, 'the wall')
      must((await page.getAttribute('meta[name=robots]', 'content')).includes('noindex'), 'not for search machines')
      must(!(await page.$('.side a')), 'no menu')
      await shot(page, 'wall-' + width)
      await sound(page, 'the wall')
      await page.context().close()
    }
    const raw = await fetch(api + 'notices')
    must(raw.headers.get('x-robots-tag')?.includes('noindex') && raw.headers.get('cache-control') === 'no-store', 'nor for caches')
    told(await raw.text(), 'the answer')
  })
  await step('the wall: an objection gets a number and a receipt, on a phone', async () => {
    const page = await open(390)
    await go(page, '/notices')
    await page.waitForSelector('.sheet-n')
    await page.click('.sheet-n:has-text("何示例") .b:has-text("提出异议")')
    await page.fill('.object-f textarea', '材料里的获奖年份与事实不符，请核对。')
    await page.fill('.object-f input', '一位同事')
    await shot(page, 'wall-object')
    await sound(page, 'an objection')
    await page.click('.object-f .b.main')
    await page.waitForSelector('.receipt-code')
    receipt = (await page.textContent('.receipt-code')).trim()
    number = /\d+/.exec(await page.textContent('.receipt .small'))[0]
    must(/^[0-9a-f]{16}$/.test(receipt), 'a receipt: ' + receipt)
    await page.evaluate(() => document.querySelector('.receipt').scrollIntoView({ block: 'center' }))
    await shot(page, 'wall-receipt')
    await sound(page, 'a receipt')
    must(await page.inputValue('.ask-n input >> nth=0') === number && await page.inputValue('.ask-n input >> nth=1') === receipt, 'it stands where one asks with it')
    await page.click('.ask-n .b')
    await page.waitForSelector('.ask-n [role=status]')
    must((await page.textContent('.ask-n [role=status]')).length > 4, 'it waits')
    await sound(page, 'what came of it')
    await page.context().close()
  })
  await step('the wall: what was answered is told to the receipt, and to no other', async () => {
    s.cli('notice', 'answer', String(id), '1', '经核对，获奖年份已更正。', '--outcome', 'upheld', '--as', 'buzhang')
    const page = await open(1440)
    await go(page, '/notices/' + number)
    await page.waitForSelector('.sheet-n')
    must((await page.$$('.sheet-n')).length === 1, 'one notice a page')
    must(!(await page.textContent('body')).includes('获奖年份'), 'objections hang nowhere')
    await page.fill('.ask-n input >> nth=0', number)
    await page.fill('.ask-n input >> nth=1', receipt)
    await page.click('.ask-n .b')
    await page.waitForSelector('.ask-n [role=status] >> text=获奖年份已更正')
    await shot(page, 'wall-answered')
    await sound(page, 'an answer')
    page.wanted.push('404')
    await page.fill('.ask-n input >> nth=1', receipt.slice(0, -1) + (receipt.endsWith('0') ? '1' : '0'))
    await page.click('.ask-n .b')
    await page.waitForSelector('.ask-n .not-there')
    must(!(await page.$('.ask-n [role=status]')), 'another receipt is told nothing')
    await shot(page, 'wall-no-receipt')
    await sound(page, 'a receipt that is not there')
    await page.context().close()
  })
  await step('the wall: nothing else is reached without signing in', async () => {
    const page = await open(1440)
    for (const to of ['/', '/today', '/r', '/r/nominee', '/r/nominee/1', '/rules', '/journal', '/cases', '/cases/' + id, '/stats', '/rosters', '/system', '/mine', '/jobs', '/r/nominee/import', '/findings', '/slips', '/ballots']) {
      await go(page, '/notices').catch(() => undefined)
      await page.evaluate(x => { location.hash = '#' + x }, to)
      await page.waitForSelector('.sign form')
      told(await page.textContent('body'), to)
    }
    await sound(page, 'the way in')
    await page.context().close()
    /* Every address of the API: the wall, the way in, and what says of itself that it asks for nothing. */
    const document = await s.openapi()
    let asked = 0
    for (const [path, ways] of Object.entries(document.paths)) for (const [method, op] of Object.entries(ways)) {
      if (!op.security.length) continue
      const at = path.replace('{area}', 'changgeng').replace('{r}', 'nominee').replace(/\{(id|seq|holding)\}/g, '5').replace(/\{\w+\}/g, 'x')
      const r = await fetch(s.base + at, { method: method.toUpperCase(), headers: { 'Content-Type': 'application/json' }, body: ['get', 'delete'].includes(method) ? undefined : '{}' })
      must(r.status === 401, `${method} ${path}: ${r.status}`)
      asked++
    }
    must(asked > 100, `all addresses: ${asked}`)
  })
  await step('the wall: a notice whose window is over is absent, whatever its number', async () => {
    for (let n = 1; n < id + 40; n++) {
      const r = await fetch(api + 'notices/' + n)
      must(r.status === 404 || r.status === 200, `notice ${n}: ${r.status}`)
      told(await r.text(), 'notice ' + n)
    }
    const page = await open(390)
    page.wanted.push('404')
    await go(page, '/notices/1')
    await page.waitForSelector('.page')
    must((await page.$$('.sheet-n')).length === 0, 'nothing hangs there')
    await shot(page, 'wall-gone')
    await sound(page, 'what does not hang')
    await page.context().close()
  })
}
