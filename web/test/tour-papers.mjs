/* Rosters, forms, comparison, statistics: a clerk's mornings, step by step, with the pictures of docs/clerk. */
import { rowsOf, sixty, stored } from './sixty.mjs'

export async function paperSteps({ step, open, go, settled, until, sound, shot, must }) {
  await step('papers: sixty forms in, checked, looked at, taken', async () => {
    const page = await open(1440, 'kezhang')
    const { hit, hits } = counted(page)
    await hit('.shell nav >> text=台账')
    await hit('.desk-line >> text=收干部任免审批表')
    await page.waitForSelector('.drop-zone')
    await sound(page, 'formin')
    hits.n += 2 // the box, and the window in which files are chosen
    await page.setInputFiles('input[type=file]', sixty())
    await page.waitForSelector('.report-file', { timeout: 40000 })
    await settled(page)
    must((await page.$$('.report-file')).length === 60, `${(await page.$$('.report-file')).length} files`)
    must((await page.$$('.report-file .sev.serious')).length === 1, 'the broken one cannot be taken')
    must((await page.$$('.report-file .sev.warn')).length >= 5, 'those with mistakes are to be looked at')
    await page.click('.report-file >> nth=2')
    await page.waitForSelector('.report-notes tbody tr')
    must((await page.textContent('.report-notes tbody')).includes('出生年月'), 'told beside the field')
    await sound(page, 'formin report')
    await shot(page, 'clerk-formin')
    await page.click('text=要看的')
    await hit('.page-head .b.main')
    await page.waitForSelector('.next-bar', { timeout: 40000 })
    await settled(page)
    await sound(page, 'formin done')
    await shot(page, 'clerk-formin-done')
    await hit('.next-bar .b.main')
    await page.waitForSelector('.fill-t tbody tr')
    await settled(page)
    must((await page.$$('.fill-t tbody tr')).length === 59, 'fifty-nine rows')
    await page.fill('#all-reason', '工作需要')
    await hit('button[aria-label="全部人的任免理由填成这个"]')
    await page.fill('#all-post_intended', '启明镇党委委员')
    await hit('button[aria-label="全部人的拟任职务填成这个"]')
    await page.fill('#all-age_day', '2026.11.30')
    await page.keyboard.press('Enter')
    await hit('button[aria-label="全部人的计算年龄时间填成这个"]')
    await sound(page, 'fill')
    await shot(page, 'clerk-fill')
    await hit('.page-head .b.main')
    await page.waitForSelector('.next-bar')
    await settled(page)
    must(await page.inputValue('.fill-t tbody tr:nth-child(5) textarea') === '启明镇党委委员', 'kept')
    await hit('.next-bar .put-out .b >> nth=0')
    await page.fill('.el-dialog:visible input[aria-label="事由"]', '上会用')
    await hit('.el-dialog:visible .b.main')
    await page.waitForSelector('.leaving .sev.warn') // so many take a second person
    must(hits.n === 12, `docs/clerk.md says twelve clicks, these are ${hits.n}`)
    await page.context().close()
  }, ['forms'])
  await step('papers: a form of one, a click; of a few, a click; of fifty-nine, a second person', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/r/cadre')
    await page.waitForSelector('.lrow')
    await page.focus('.ledger')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card .put-out')
    await page.click('.card .put-out .b >> nth=0')
    await page.fill('.el-dialog:visible input[aria-label="事由"]', '上会用')
    await shot(page, 'clerk-print')
    let [file] = await Promise.all([page.waitForEvent('download'), page.click('.el-dialog:visible .b.main')])
    must(/^approval-[\d-]+\.docx$/.test(file.suggestedFilename()), file.suggestedFilename())
    ;[file] = await Promise.all([page.waitForEvent('download'), page.click('.card .put-out .b >> nth=1')])
    must(/^brief-/.test(file.suggestedFilename()), 'the second form is one click: ' + file.suggestedFilename())
    await sound(page, 'put out')
    await page.focus('.ledger')
    await page.keyboard.press('Escape')
    await page.focus('.ledger')
    for (let i = 0; i < 4; i++) { await page.keyboard.press(' '); await page.keyboard.press('ArrowDown') }
    await page.click('.bulk .put-out .b:has-text("出表")')
    ;[file] = await Promise.all([page.waitForEvent('download'), page.click('.el-dropdown-menu__item:visible >> text=.lrmx')])
    must(/\.zip$/.test(file.suggestedFilename()), file.suggestedFilename())
    await page.context().close()
  }, ['forms'])
  await step('papers: a roster with chosen columns, as of a day, grouped, kept, exported', async () => {
    const page = await open(1440, 'kezhang')
    const { hit, hits } = counted(page)
    await hit('.shell nav >> text=台账')
    await hit('.desk-line >> text=名册')
    await page.waitForSelector('.roster-t tbody tr')
    await settled(page)
    await sound(page, 'rosters')
    await shot(page, 'clerk-rosters')
    await hit('.page-head >> text=编一种')
    await page.waitForSelector('.maker')
    for (const c of ['姓名', '性别', '出生年月', '年龄', '现任职务']) await hit(`.maker .col-list label:text-is("${c}")`)
    await page.waitForSelector('.roster-t tbody tr.row')
    must(hits.n === 8, `docs/clerk.md says eight clicks, these are ${hits.n}`)
    await page.fill('.maker-on input[aria-label="名称"]', '科级干部年龄表')
    await page.click('.maker-how .el-select >> nth=0')
    await page.click('.el-select-dropdown__item:visible >> text=/^建制（工作单位）$/')
    await page.keyboard.press('Escape')
    await page.click('.maker-how .el-select >> nth=1')
    await page.click('.el-select-dropdown__item:visible >> text=/^工作单位$/')
    await page.click('text=2026.12.31')
    await page.waitForSelector('.roster-t tr.group')
    await settled(page)
    await sound(page, 'roster made')
    await shot(page, 'clerk-roster')
    await page.click('.page-head >> text=存下这种名册')
    await page.click('.el-dialog:visible .b.main')
    await page.waitForSelector('.roster-nav >> text=科级干部年龄表')
    await settled(page)
    await page.click('.page-head >> text=导出')
    await page.fill('.el-dialog:visible input[aria-label="事由"]', '部务会用')
    await page.click('.el-dialog:visible .b.main')
    await page.waitForSelector('.el-message--info') // so many take a second person
    await page.emulateMedia({ media: 'print' })
    must(await page.$eval('.roster-nav', e => getComputedStyle(e).display) === 'none', 'the shell is gone on paper')
    await page.context().close()
  }, ['rosters'])
  await step('papers: a list against the register, taken over cell by cell', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/r/cadre')
    await page.click('.page-head >> text=比对')
    await page.waitForSelector('.drop-zone')
    const people = rowsOf('cadre').slice(100, 110)
    const rows = [['姓名', '公民身份号码', '出生年月', '熟悉专业和专长'], ...people.map((c, i) => [c.姓名, c.公民身份号码, c.出生年月, i < 3 ? '乡村振兴' : c.熟悉专业和专长]), ['卫示新', '', '1988-03', '财政']]
    await page.setInputFiles('input[type=file]', { name: '名单.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: sheet(rows, stored) })
    await page.waitForSelector('.compare-t tbody tr')
    await settled(page)
    must((await page.$$('.compare-t tbody tr')).length === 3, 'three cells differ')
    await page.click('.compare-t thead input')
    await sound(page, 'compare')
    await shot(page, 'clerk-compare')
    await page.click('.page-head .b.main')
    await page.waitForSelector('.compare-t .sev.done')
    await page.click('.kinds >> text=表里多出')
    must((await page.$$('.compare-t tbody tr')).length === 1, 'one is new')
    await sound(page, 'compare taken')
    await page.context().close()
  }, ['rosters'])
  await step('papers: on a phone', async () => {
    const page = await open(390, 'kezhang')
    for (const to of ['/rosters', '/rosters/new', '/forms/lrmx/in']) {
      await go(page, to)
      await settled(page)
      await sound(page, to)
    }
    await go(page, '/rosters')
    await page.waitForSelector('.roster-t tbody tr')
    await shot(page, 'clerk-roster-phone')
    await page.context().close()
  }, ['rosters'])
}

/* Clicks as docs/clerk.md counts them. */
function counted(page) {
  const hits = { n: 0 }
  return { hits, hit: (...a) => { hits.n++; return page.click(...a) } }
}

/* The smallest spreadsheet that there is. */
export function sheet(rows, zip) {
  const cells = rows.map(r => '<row>' + r.map(c => `<c t="inlineStr"><is><t>${c}</t></is></c>`).join('') + '</row>').join('')
  const head = '<?xml version="1.0" encoding="UTF-8"?>'
  return zip([
    ['[Content_Types].xml', head + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'],
    ['xl/workbook.xml', head + '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名单" sheetId="1" r:id="r1"/></sheets></workbook>'],
    ['xl/_rels/workbook.xml.rels', head + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'],
    ['xl/worksheets/sheet1.xml', head + '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + cells + '</sheetData></worksheet>']
  ])
}
