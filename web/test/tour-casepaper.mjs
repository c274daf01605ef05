/* Papers of cases: drafted with one click from what the case holds and what is typed, filed with a number or the file that was signed; the list of what is missing. */
import { execFileSync } from 'node:child_process'

const words = path => execFileSync('python3', ['-c', 'import sys,zipfile,re;print(re.sub("<[^>]*>","",zipfile.ZipFile(sys.argv[1]).read("word/document.xml").decode()))', path]).toString()

export async function casePaperSteps({ step, open, go, settled, shot, sound, must }) {
  async function opened(page, said) {
    await go(page, '/cases?tab=waiting')
    await page.waitForSelector('.cases-t tbody tr')
    for (const row of await page.$$('.cases-t tbody tr')) {
      const text = await row.textContent()
      if (!said.every(w => text.includes(w))) continue
      await (await row.$('a')).click()
      await page.waitForSelector('.step-papers li')
      await settled(page)
      return
    }
    throw new Error('no case with ' + said.join(', '))
  }
  const paper = form => `.step-papers li[data-form="${form}"]`
  async function drafted(page, form) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.click(paper(form) + ' .cp-acts .b:first-child')])
    return words(await file.path())
  }
  await step('organisation department: the paper for a recommendation and its summary come out of the case', async () => {
    const page = await open(1440, 'buzhang')
    await opened(page, ['选拔任用', '民主推荐'])
    must(await page.$(paper('recommend_paper') + '.missing'), 'no paper is drafted yet')
    const blank = await drafted(page, 'recommend_paper')
    must(blank.includes('民 主 推 荐 票') && !blank.includes('{{'), 'the paper to vote on')
    const names = await page.$$eval('.side-t th[scope=col] a', list => list.map(a => a.textContent.trim()))
    must(names.length > 1 && names.every(n => blank.replace(/　/g, '').includes(n)), 'the candidates stand on it: ' + names)
    await page.waitForSelector(paper('recommend_paper') + '.drafted')
    /* What is typed stands in the draft before it is written. */
    const counts = await page.$$('.counts input')
    await counts[0].fill('42'); await counts[1].fill('39'); await counts[2].fill('39')
    for (const [i, input] of (await page.$$('.votes-f .n-in')).entries()) await input.fill(String(21 - i))
    const summary = await drafted(page, 'recommend_summary')
    must(summary.includes('应到42人') && summary.includes('实到39人') && summary.includes('53.8％'), 'the counts that were typed: ' + summary)
    await sound(page, 'case-papers')
    await shot(page, 'case-papers')
    await page.click(paper('recommend_summary') + ' .cp-acts .b:last-child')
    await page.fill('#cp-n-recommend_summary', '长组推〔9〕号')
    await page.setInputFiles(paper('recommend_summary') + ' input[type=file]', { name: '汇总表.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 签好的') })
    await page.waitForSelector(paper('recommend_summary') + ' .file-kept')
    await page.click(paper('recommend_summary') + ' .cp-form .b.main')
    await page.waitForSelector(paper('recommend_summary') + '.filed')
    must((await page.textContent(paper('recommend_summary'))).includes('长组推〔9〕号'), 'with its number')
    const [file] = await Promise.all([page.waitForEvent('download'), page.click(paper('recommend_summary') + ' a[href*="/files/"]')])
    must(file.suggestedFilename() === '汇总表.pdf', 'and the signed paper is had again')
    must((await page.textContent('.case-papers')).includes('长组推〔9〕号') && (await page.$$('.case-papers li.ahead')).length > 5, 'the list of the case says what is there and what comes')
    await page.context().close()
  })
  await step('standing committee: minutes of a batch are drafted while the meeting is typed; on a telephone too', async () => {
    const page = await open(390, 'changwei')
    await opened(page, ['调整', '常委会讨论决定'])
    /* What it may not print is told, and who may: nobody looks for a button that is not there. */
    must(!(await page.$(paper('batch_agenda') + ' .cp-acts .b:has-text("起草")')) && (await page.textContent(paper('batch_agenda') + ' .cp-why')).includes('干部科'), 'who may print the agenda')
    must(!(await page.$(paper('batch_minutes') + ' .cp-why')), 'the minutes may be drafted')
    /* The signed minutes from the telephone: chosen, named, taken back, chosen again; what is no paper is told beside it. */
    const pick = '.file-pick:has(input[aria-label*="会议纪要"])'
    const minutesFile = { name: '县委常委会会议纪要（干部任免）签发稿第三次修改最终版.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 纪要') }
    await page.setInputFiles(pick + ' input[type=file]', minutesFile)
    await page.waitForSelector('.file-kept')
    must(await page.$$eval('.file-kept, .file-pick label', list => list.every(e => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= 390 })), 'a long name breaks, and stays on the screen')
    await (await page.$('.file-kept')).scrollIntoViewIfNeeded()
    await shot(page, 'file-pick-phone')
    await page.click('.file-kept .b')
    page.wanted = ['422', '400', '415']
    await page.setInputFiles(pick + ' input[type=file]', { name: '纪要.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') })
    await page.waitForSelector('.file-wrong')
    await sound(page, 'a file that is not taken, on a telephone')
    page.wanted = []
    await page.setInputFiles(pick + ' input[type=file]', minutesFile)
    await page.waitForSelector('.file-kept')
    await page.click('.file-kept .b')
    const counts = await page.$$('.counts input')
    await counts[0].fill('11'); await counts[1].fill('9')
    await page.click('.votes-f .b.s')
    await page.fill('.said-in .who-in', '甲委员')
    await page.selectOption('.said-in select', 'agree')
    /* Votes are not all there yet: it is said, and the rest is drafted. */
    page.wanted = ['422', '400']
    const partly = await drafted(page, 'batch_minutes')
    must(partly.includes('县委常委会') && !partly.includes('应到11人'), 'what is not whole does not stand in it')
    await page.waitForSelector('.el-message--warning')
    page.wanted = []
    for (const row of await page.$$('.votes-f .each-t tbody tr')) {
      const cells = await row.$$('.n-in')
      await cells[0].fill('9'); await cells[1].fill('0'); await cells[2].fill('0')
    }
    const minutes = await drafted(page, 'batch_minutes')
    must(minutes.includes('应到11人，实到9人') && minutes.includes('甲委员：同意'), 'the minutes: ' + minutes)
    await sound(page, 'case-papers on a telephone')
    await shot(page, 'case-papers-phone')
    await page.context().close()
  })
}
