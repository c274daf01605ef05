/* Statistics, questions to units, photographs in bulk, résumés against posts: as a clerk does them, with the pictures of docs/clerk. */
import * as zlib from 'node:zlib'
import { sheet } from './tour-papers.mjs'
import { rowsOf, stored } from './sixty.mjs'

export async function deskSteps({ step, open, go, settled, until, sound, shot, must }) {
  await step('desk: statistics counted, opened, frozen, held against the frozen year', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/r')
    await page.click('.desk-line >> text=统计')
    await page.waitForSelector('.stats-t tbody tr')
    await settled(page)
    await page.click('.kinds >> text=干部结构统计')
    await page.waitForSelector('h1 >> text=干部结构统计')
    await settled(page)
    must(/各部分之和与总数不符|都对得上/.test(await page.textContent('.stats-says')), 'sums are told')
    await page.click('.stats-t tbody tr:nth-child(3) td:nth-child(4) .cell')
    await page.waitForSelector('.stats-names li')
    const n = Number((await page.textContent('.stats-t tbody tr:nth-child(3) td:nth-child(4)')).trim())
    must((await page.$$('.stats-names li')).length === n, `a name for each of ${n}`)
    await sound(page, 'stats')
    await shot(page, 'clerk-stats')
    await page.click('.page-head .b.main')
    await page.click('.el-message-box .el-button--primary')
    await page.waitForSelector('.stats-years .b[aria-pressed=true]')
    await page.waitForSelector('.stats-t .was')
    await settled(page)
    must(!(await page.$('.page-head .b.main')), 'a year is frozen once')
    await sound(page, 'stats frozen')
    await shot(page, 'clerk-stats-frozen')
    await page.click('label:has-text("看外发的样子") input')
    await until(page, () => [...document.querySelectorAll('.stats-t td')].some(x => x.textContent.trim().startsWith('*')))
    await page.click('.page-head >> text=导出')
    await page.fill('.el-dialog:visible input[aria-label="事由"]', '年度统计报省')
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('.el-dialog:visible .b.main')])
    must(/^structure-.*\.xlsx$/.test(file.suggestedFilename()), file.suggestedFilename())
    await page.click('.kinds >> text=少数民族')
    await page.waitForSelector('.stats-says >> text=受保护')
    await settled(page)
    must((await page.$$('.stats-t .cell')).length === 0, 'what is protected opens nowhere')
    await sound(page, 'stats guarded')
    await page.context().close()
  }, ['reports'])
  await step('desk: units are asked, answer in part, are reminded', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/r/cadre')
    await page.click('.page-head >> text=征集')
    await page.waitForSelector('.ask-fields tbody tr')
    await page.click('input[aria-label="要填熟悉专业和专长"]')
    await page.click('input[aria-label="要填籍贯"]')
    await page.waitForSelector('.ask-units tbody tr')
    await page.fill('input[aria-label="表头的话"]', '请于12月5日前交干部科')
    await settled(page)
    await sound(page, 'ask')
    await shot(page, 'clerk-ask')
    const boxes = await page.$$('.ask-units tbody input')
    for (const b of boxes.slice(0, 2)) await b.click()
    await page.click('text=/只出勾上的/')
    await page.fill('.el-dialog:visible input[aria-label="事由"]', '干部信息核对')
    await page.fill('.el-dialog:visible input[aria-label="名目"]', '干部专长和籍贯核对')
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('.el-dialog:visible .b.main')])
    must(/^ask-cadre-.*\.zip$/.test(file.suggestedFilename()), file.suggestedFilename())
    await page.waitForSelector('.ask-kept >> text=已发 2 个单位，交回 0 个')
    must((await page.$$('.ask-units tbody tr')).length === 2, 'the question is of the two units that were chosen')
    /* Another day: it is opened again from what was kept; all units of it are asked too. */
    await go(page, '/r/cadre/ask')
    await page.waitForSelector('.ask-kept select')
    await page.selectOption('.ask-kept select', { index: 1 })
    await page.waitForSelector('.ask-units >> text=还没有')
    must(await page.isChecked('input[aria-label="要填籍贯"]'), 'what was asked is there again')
    const unit = rowsOf('cadre')[120].工作单位
    const people = rowsOf('cadre').filter(c => c.工作单位 === unit).slice(0, 4)
    const rows = [['编号', '姓名', '熟悉专业和专长', '籍贯'], ...people.map((c, i) => [c.编号, c.姓名, '城市治理', i === 0 ? 'X'.repeat(300) : '长庚'])]
    await page.setInputFiles('.drop-zone input[type=file]', { name: '收回.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: sheet(rows, stored) })
    await page.waitForSelector('.ask-files li')
    await settled(page)
    must((await page.textContent('.ask-files')).includes('籍贯'), 'the cell that cannot be taken is told')
    await sound(page, 'ask back')
    await shot(page, 'clerk-ask-back')
    await page.click('.page-head .b.main')
    await page.waitForSelector('.ask-files >> text=/已改/')
    await page.waitForSelector('.ask-kept >> text=交回 1 个')
    await settled(page)
    await sound(page, 'ask taken')
    await shot(page, 'clerk-ask-kept')
    await page.context().close()
  }, ['reports'])
  await step('desk: photographs in bulk, by number', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/forms/lrmx/photos')
    await page.waitForSelector('.drop-zone')
    await sound(page, 'photos')
    const people = rowsOf('cadre').slice(100, 106)
    const files = people.map((c, i) => ({ name: `${c.公民身份号码}.png`, mimeType: 'image/png', buffer: picture(i === 5 ? 200 : 160, 200, i) }))
    files.push({ name: '无名氏.png', mimeType: 'image/png', buffer: picture(160, 200, 7) }, { name: `${people[0].编号}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
    await page.setInputFiles('.drop-zone input[type=file]', files)
    await page.waitForSelector('.photo-grid li')
    await settled(page)
    must((await page.$$('.photo-grid li')).length === 8, 'eight files')
    must((await page.$$('.photo-grid li.serious')).length === 2, 'two cannot be taken')
    must((await page.$$('.photo-grid li.warn')).length === 1, 'one is square')
    await sound(page, 'photos read')
    await shot(page, 'clerk-photos')
    await page.click('.page-head .b.main')
    await page.waitForSelector('text=已收 6 张')
    await settled(page)
    await sound(page, 'photos taken')
    await page.context().close()
  }, ['forms'])
  await step('desk: résumés against posts, a line taken over', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/forms/lrmx/resumes')
    await page.waitForSelector('.resumes-t tbody tr', { timeout: 60000 })
    await settled(page)
    await sound(page, 'resumes')
    await shot(page, 'clerk-resumes')
    await page.click('.resumes-t tbody td input >> nth=0')
    await page.click('.page-head .b.main')
    await page.waitForSelector('.resumes-t tr.taken')
    await settled(page)
    await page.click('.resumes-t tbody a >> nth=0')
    await page.waitForSelector('.card >> text=简历核对')
    await page.click('.card >> text=简历核对')
    await page.waitForSelector('.resume-text')
    await settled(page)
    await sound(page, 'resume of one')
    await page.context().close()
  }, ['forms'])
  await step('desk: two lists, one against the other', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/r/cadre/compare')
    await page.click('.page-head >> text=比两张表')
    await page.waitForSelector('.drop-zone')
    const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    const people = rowsOf('cadre').slice(40, 52)
    const head = ['姓名', '公民身份号码', '出生年月', '现任职务', '备注']
    const before = people.map(c => [c.姓名, c.公民身份号码, c.出生年月, '原职务', ''])
    const after = people.slice(1).map((c, i) => [c.姓名, c.公民身份号码, c.出生年月.replace('-', '.'), i < 3 ? '新职务' : '原职务', i === 5 ? '借调' : '']).concat([['卫示新', '', '1988-03', '新职务', '']])
    await page.setInputFiles('.drop-zone input[type=file]', [{ name: '上年名单.xlsx', mimeType: kind, buffer: sheet([head, ...before], stored) }, { name: '今年名单.xlsx', mimeType: kind, buffer: sheet([head, ...after], stored) }])
    await page.waitForSelector('.compare-t tbody tr')
    await settled(page)
    must((await page.$$('.compare-t tbody tr')).length === 4, 'four cells differ')
    must((await page.textContent('.compare-t tbody')).includes('现任职务'), 'a column that is worked out has its name')
    await sound(page, 'compare two')
    await shot(page, 'clerk-compare-two')
    await page.click('.kinds >> text=后一张没有')
    must((await page.textContent('.compare-t tbody')).includes(people[0].姓名), 'one is gone')
    await page.context().close()
  }, ['rosters'])
  await step('desk: on a phone', async () => {
    const page = await open(390, 'kezhang')
    for (const [to, wait, name] of [['/r', '.desk-line', 'registers'], ['/stats', '.stats-t tbody tr', 'stats'], ['/r/cadre/ask?by=workplace&shown=name&asked=speciality', '.ask-fields', 'ask'], ['/forms/lrmx/photos', '.drop-zone', 'photos'], ['/forms/lrmx/resumes', '.kinds', 'resumes']]) {
      await go(page, to)
      await page.waitForSelector(wait, { timeout: 60000 })
      await settled(page)
      await sound(page, 'phone ' + name)
      await shot(page, `phone-${name}`)
    }
    await page.context().close()
  }, ['reports'])
}

/* A plain picture of that size. */
function picture(w, h, n) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const out = Buffer.alloc(8 + body.length)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc(body), 4 + body.length)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(w, 0)
  head.writeUInt32BE(h, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const rows = Buffer.alloc(h * (1 + w * 3), 0)
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const dx = (x - w / 2) / w, dy = (y - h * 0.38) / h
    const face = dx * dx * 9 + dy * dy * 14 < 0.6, body = y > h * 0.68 && Math.abs(dx) < 0.42
    const c = face ? [222, 196, 172] : body ? [48 + n * 9, 58, 82] : [196, 206 + n * 3, 216]
    rows.set(c, y * (1 + w * 3) + 1 + x * 3)
  }
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}
/* zlib's own is not in every Node. */
function crc(b) {
  if (zlib.crc32) return zlib.crc32(b)
  let c = ~0
  for (const x of b) {
    c ^= x
    for (let k = 0; k < 8; k++) c = (c >>> 1) ^ (0xedb88320 & -(c & 1))
  }
  return ~c >>> 0
}
