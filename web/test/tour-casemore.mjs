/* The tour of what cases do beside their straight way: sub-cases with lists, putting off and taking up again, going back, laying down, moving to newer packs, taking in. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const day = n => new Date(Date.now() + n * 86400000).toISOString().slice(0, 10)
const made = text => /#(\d+) /.exec(text)[1]

/* A chapter of this test over the shipped ones, for no shipped procedure has all of it. */
const chapter = version => `# 调研谈话（试用）

\`\`\`guiju
pack: rounds
title: 调研谈话试用
version: "${version}"
over: [cn 2026.1]
\`\`\`
\`\`\`guiju
procedure: talk_roll
title: 谈话名单
basis: 本级规定
subject: {register: org, title: 谈话单位}
candidates: {register: cadre, title: 谈话名单表, one: 谈话对象}
open: {by: cadre-office}
lay-down: {by: cadre-office, basis: 本级规定}
steps:
  - {step: talk, title: 逐人谈话, by: cadre-office, basis: 本级规定, fields: {heard: {title: 谈话记录, type: text(60), each: yes, required: yes}}}
\`\`\`
\`\`\`guiju
procedure: mend_list
title: 整改事项
basis: 本级规定
subject: {register: org, title: 整改单位}
lines: {title: 整改事项表, one: 整改事项, who: doer, kind: sort, fields: {doer: {title: 整改责任人, type: ref(cadre), required: yes}, sort: {title: 缓急, type: choice, options: [立行立改, 限期整改], required: yes}}}
open: {by: cadre-office}
lay-down: {by: cadre-office, basis: 本级规定}
steps:
  - {step: assign, title: 交办整改, by: cadre-office, basis: 本级规定, fields: {days: {title: 整改天数, type: number(0), each: yes, required: yes}}}
  - {step: hurry, title: 当天督办, by: cadre-office, basis: 本级规定, for: [立行立改], fields: {how: {title: 督办方式, type: text(20), each: yes, required: yes}}}
  - {step: report, title: 整改回报, by: cadre-office, basis: 本级规定}
\`\`\`
\`\`\`guiju
procedure: round_talks
title: 调研谈话
basis: 本级规定${version === '1' ? '' : '\nadopts: [rounds 1]'}
subject: {register: org, title: 调研单位}
candidates: {register: cadre, title: 调研名单, one: 调研人选}
open: {by: cadre-office}
lay-down: {by: org-department, basis: 本级规定}
trace: {by: cadre-supervision, basis: 本级规定}
steps:
  - {step: roll, title: ${version === '1' ? '排谈话' : '排谈话新'}, by: cadre-office, basis: 本级规定, sub: {procedure: talk_roll, subject: 调研单位}}
  - {step: mend, title: 派整改, by: cadre-office, basis: 本级规定, sub: {procedure: mend_list, subject: 调研单位}, fields: {say: {title: 整改要求, type: text(40)}}}
  - {step: sum, title: 汇总, by: cadre-office, basis: 本级规定, returns: [{to: mend}]}
  - {step: meet, title: 听取汇报, by: standing-committee, basis: 本级规定, meeting: {body: 县委常委会, chair: party-secretary}, returns: [{to: sum, by: standing-committee}]}
  - {step: keep, title: 归档, by: cadre-office, basis: 本级规定}
\`\`\`
`

export async function caseMoreSteps({ step, open, go, until, settled, shot, sound, must, s }) {
  const dir = join(dirname(s.area), 'rounds')
  const install = version => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, '00-试.md'), chapter(version))
    s.cli('pack', 'packs/cn', dir)
  }
  const act = (id, name, who, ...more) => s.cli('case', 'act', id, name, ...more, '--as', who)
  const asked = async (page, words) => {
    await page.waitForSelector('.el-message-box:visible textarea')
    await page.fill('.el-message-box:visible textarea', words)
    await page.click('.el-message-box:visible .el-button--primary')
  }
  async function picked(page, box, words) {
    await page.click(box)
    await page.keyboard.type(words)
    const option = page.locator('.el-select-dropdown__item:visible').filter({ hasText: words }).first()
    await option.waitFor()
    await option.click()
  }
  install('1')
  const parent = made(s.cli('case', 'open', 'round_talks', 'D017', '--with', 'C0032', '--with', 'C0044', '--as', 'kezhang', '--today', day(-9)))
  const stays = made(s.cli('case', 'open', 'round_talks', 'D018', '--with', 'C0036', '--as', 'kezhang', '--today', day(-9)))
  const here = page => /cases\/(\d+)/.exec(page.url())[1]

  await step('a sub-case that begins with a list: people from this case, and another by name', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/cases/' + parent)
    await page.waitForSelector('.sub-lines .lines-from')
    must((await page.$$('.sub-lines .lines-from label')).length === 2, 'both of this case are offered')
    await sound(page, 'a list for a sub-case')
    page.wanted = ['400', '422']
    await page.click('.hang-form .form-acts .b')
    await page.waitForSelector('.step-around .refusal')
    must((await page.textContent('.step-around .refusal')).includes('谈话名单表'), 'a list is asked for, in its own words')
    await page.click('.sub-lines .lines-from label >> nth=0')
    await page.click('.sub-lines .lines-in > .b')
    await picked(page, '.sub-lines .pick-list li:nth-child(2) .el-select', 'C0048')
    must((await page.$$('.sub-lines .pick-list li')).length === 2, 'one from here, one by name')
    await shot(page, 'sub-list')
    await page.click('.hang-form .form-acts .b')
    await page.waitForSelector('.step-around .hang-list li a')
    await settled(page)
    must((await page.textContent('.related')).includes('谈话名单'), 'it stands among what is related')
    await sound(page, 'a sub-case with a list')
    await page.click('.related a[href*="/cases/"]')
    await until(page, () => document.querySelectorAll('.side-t th[scope=col]').length === 2)
    await page.context().close()
    const phone = await open(390, 'kezhang')
    await go(phone, '/cases/' + stays)
    await phone.waitForSelector('.sub-lines .lines-from')
    await phone.$eval('.step-around', e => e.scrollIntoView())
    await sound(phone, 'a list for a sub-case')
    await shot(phone, 'sub-list-phone')
    await phone.context().close()
  })

  await step('a sub-case whose lines have fields: who it is comes from this case, the rest is typed', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/cases/' + parent)
    await page.waitForSelector('.related a[href*="/cases/"]')
    const sub = /cases\/(\d+)/.exec(await page.getAttribute('.related a[href*="/cases/"]', 'href'))[1]
    act(sub, 'talk', 'kezhang', '1/谈话记录=履职正常', '2/谈话记录=履职正常')
    act(parent, 'roll', 'kezhang')
    await page.reload()
    await page.waitForSelector('.sub-lines .lines-from')
    await page.click('.sub-lines .lines-from .b')
    must((await page.$$('.sub-lines tbody tr')).length === 2, 'a row for each')
    await page.selectOption('#sub-line-0-sort', { label: '立行立改' })
    await page.selectOption('#sub-line-1-sort', { label: '限期整改' })
    await settled(page)
    await sound(page, 'rows for a sub-case')
    await shot(page, 'sub-rows')
    await page.click('.hang-form .form-acts .b')
    await page.waitForSelector('.step-around .hang-list li a')
    await settled(page)
    await page.click('.step-around .hang-list li a')
    await page.waitForSelector('.above-c a')
    must((await page.$$('.batch-t tbody tr')).length === 2, 'its lines')
    const rows = here(page)
    act(rows, 'assign', 'kezhang', '1/整改天数=1', '2/整改天数=30')
    act(rows, 'hurry', 'kezhang', '1/督办方式=现场')
    act(rows, 'report', 'kezhang')
    act(parent, 'mend', 'kezhang', '整改要求=立行立改')
    await page.context().close()
  })

  await step('going back takes a reason, and the round that was done stays with it', async () => {
    const page = await open(1440, 'changwei')
    act(parent, 'sum', 'kezhang')
    await go(page, '/cases/' + parent)
    await page.click('.page-head .b:has-text("退回")')
    await page.waitForSelector('.el-message-box:visible textarea')
    await page.click('.el-message-box:visible .el-button--primary')
    await page.waitForSelector('.el-message-box__errormsg:visible')
    await shot(page, 'return-reason')
    await asked(page, '整改要求没有写到人')
    await until(page, () => [...document.querySelectorAll('.path-step.open')].some(e => e.textContent.includes('汇总')))
    await settled(page)
    must(!(await page.$('.page-head .b:has-text("退回")')), 'it is not theirs any more')
    await page.click('.path-step:has-text("汇总")')
    await page.waitForSelector('.round.returned')
    must((await page.textContent('.case-step')).includes('整改要求没有写到人'), 'with the reason')
    await sound(page, 'a case that went back')
    await shot(page, 'case-returned')
    await page.context().close()
    const clerk = await open(1440, 'kezhang')
    await go(clerk, '/cases/' + parent)
    await clerk.click('.step-form .form-acts .b.main')
    await until(clerk, () => [...document.querySelectorAll('.path-step.open')].some(e => e.textContent.includes('听取汇报')))
    await clerk.context().close()
  })

  let again = ''
  await step('缓议：会上放一放的离开本案；复议另立一件，从那一步接着办', async () => {
    const page = await open(1440, 'changwei')
    await go(page, '/cases/' + parent)
    await page.click('.defer summary')
    await page.fill('#d-2', '材料还要核实')
    await settled(page)
    await sound(page, 'a line that is put off')
    await shot(page, 'case-defer')
    await page.click('.step-form .form-acts .b.main')
    await until(page, () => [...document.querySelectorAll('.path-step.open')].some(e => e.textContent.includes('归档')))
    await settled(page)
    must((await page.textContent('.side-t')).includes('缓议'), 'it left, put off')
    must(!(await page.$('.page-head .b:has-text("提请复议")')), 'the committee does not take it up: who opens does')
    await page.context().close()
    const clerk = await open(1440, 'kezhang')
    await go(clerk, '/cases/' + parent)
    await clerk.click('.page-head .b:has-text("提请复议")')
    await asked(clerk, '材料已经核实')
    await until(clerk, () => document.querySelector('.el-message-box:not([style*="none"])')?.textContent.includes('文书') && !document.querySelector('.el-message-box textarea').value)
    await shot(clerk, 'takeup')
    await asked(clerk, '长常纪〔12〕号')
    await until(clerk, () => document.querySelectorAll('.side-t th[scope=col]').length === 1)
    await settled(clerk)
    again = here(clerk)
    must(again !== parent, 'a case of its own')
    must((await clerk.$$('.path-step.done')).length === 3 && (await clerk.textContent('.path-step.open')).includes('听取汇报'), 'what was done before it stands')
    await sound(clerk, 'a case that is taken up again')
    await shot(clerk, 'case-again')
    await go(clerk, '/cases/' + parent)
    await clerk.waitForSelector('.path')
    await settled(clerk)
    must(!(await clerk.$('.page-head .b:has-text("提请复议")')), 'once')
    await clerk.context().close()
  })

  await step('a running case keeps its packs until somebody moves it, with a reason', async () => {
    install('2')
    const page = await open(1440, 'buzhang')
    await go(page, '/cases/' + stays)
    await page.waitForSelector('.path')
    must((await page.textContent('.path')).includes('排谈话') && !(await page.textContent('.path')).includes('排谈话新'), 'as it began')
    await sound(page, 'a case of earlier packs')
    await page.click('.page-head .b:has-text("改用现行规矩")')
    await page.waitForSelector('.el-message-box:visible textarea')
    await shot(page, 'case-adopt')
    await asked(page, '新规矩施行，按新的办')
    await until(page, () => document.querySelector('.path')?.textContent.includes('排谈话新'))
    await settled(page)
    must(!(await page.$('.page-head .b:has-text("改用现行规矩")')), 'it is on them now')
    await page.context().close()
    const clerk = await open(1440, 'kezhang')
    await go(clerk, '/cases/' + again)
    await clerk.waitForSelector('.path')
    must(!(await clerk.$('.page-head .b:has-text("改用现行规矩")')), 'who may not lay it down does not move it')
    await clerk.context().close()
  })

  await step('laid down it is locked, and goes on only as a new case', async () => {
    const page = await open(1440, 'buzhang')
    await go(page, '/cases/' + stays)
    await page.click('.page-head .b.danger')
    await page.waitForSelector('.el-message-box:visible textarea')
    await page.click('.el-message-box:visible .el-button--primary')
    await page.waitForSelector('.el-message-box__errormsg:visible')
    await asked(page, '单位正在改革')
    await page.waitForSelector('.ended')
    await settled(page)
    must((await page.textContent('.ended')).includes('单位正在改革') && !(await page.$('.path-step.open')), 'nothing is open')
    await sound(page, 'a case that was laid down')
    await page.context().close()
    const clerk = await open(1440, 'kezhang')
    await go(clerk, '/cases/' + stays)
    await clerk.waitForSelector('.page-head .b.main')
    must(!(await clerk.$('.step-form')), 'nothing to do in it')
    await shot(clerk, 'case-down')
    await clerk.click('.page-head .b.main')
    await clerk.waitForSelector('.case-new .pick-list li')
    await settled(clerk)
    await clerk.click('.case-new .page-head .b.main')
    await until(clerk, () => /cases\/\d+$/.test(location.hash) && !!document.querySelector('.path-step.open'))
    await settled(clerk)
    must(here(clerk) !== stays && (await clerk.$$('.path-step.done')).length === 0, 'a new one, from the beginning')
    await clerk.context().close()
  })

  await step('a batch that is under way is taken in, with what its steps hold of each line', async () => {
    const page = await open(1440, 'kezhang')
    await go(page, '/cases/new/mend_list')
    await page.waitForSelector('.case-new form')
    await picked(page, '#c-subject', 'D019')
    await page.click('.lines-in > .b')
    for (const [i, who, sort] of [[0, 'C0032', '立行立改'], [1, 'C0044', '限期整改']]) {
      await picked(page, `.case-new .each-t tbody tr:nth-child(${i + 1}) .el-select`, who)
      await page.selectOption(`#line-${i}-sort`, { label: sort })
    }
    await page.click('.case-new button[aria-pressed]')
    const date = async (box, when) => { await page.click(box); await page.keyboard.type(day(when).replace(/-/g, '.')); await page.keyboard.press('Enter') }
    await date('#t-day', -20)
    await page.fill('#t-paper', '移交清单')
    await page.fill('#t-second', '单斌')
    await page.click('.taken-one:has-text("交办整改") input[type=checkbox]')
    await date('#tk-assign', -18)
    await page.waitForSelector('#te-assign-1-days')
    await page.fill('#te-assign-0-days', '1')
    await page.fill('#te-assign-1-days', '30')
    await page.click('.taken-one:has-text("当天督办") input[type=checkbox]')
    await date('#tk-hurry', -17)
    must((await page.$$('.taken-one:has-text("当天督办") tbody tr')).length === 1, 'only the line of its kind')
    await page.fill('#te-hurry-0-how', '现场')
    await settled(page)
    await sound(page, 'a batch that is taken in')
    await shot(page, 'case-taken')
    await page.click('.case-new .page-head .b.main')
    await until(page, () => document.querySelectorAll('.path-step.done').length === 2)
    await settled(page)
    await page.click('.path-step:has-text("交办整改")')
    await page.waitForSelector('.round .parts')
    must(/30/.test(await page.textContent('.round .parts')), 'of each line what was entered')
    await sound(page, 'a batch that was taken in')
    await page.context().close()
  })

  await step('what hangs on a case stands in one place, each with a link', async () => {
    s.cli('case', 'liable', parent, 'sum', '--outcome', 'fault', '--person', '干部科经办', '--finding', '汇总漏了一人', '--measure', '提醒谈话', '--basis', '本级规定', '--paper', '干监〔9〕号', '--as', 'jiandu')
    for (const width of [1440, 390]) {
      const page = await open(width, 'kezhang')
      await go(page, '/cases/' + parent)
      await page.waitForSelector('.related li')
      await settled(page)
      const text = await page.textContent('.related')
      must(text.includes('谈话名单') && text.includes('整改事项') && text.includes('有责任'), 'sub-cases and what was found: ' + text)
      must((await page.$$('.related a')).length === 3, 'each is a link')
      await page.$eval('.related', e => e.scrollIntoView({ block: 'center' }))
      await sound(page, 'what is related')
      await shot(page, 'related-' + width)
      await page.context().close()
    }
    const page = await open(1440, 'buzhang')
    await go(page, '/cases?tab=open')
    await page.waitForSelector('.cases-t tbody tr')
    for (const row of await page.$$('.cases-t tbody tr')) if ((await row.textContent()).includes('组织委员')) { await (await row.$('a')).click(); break }
    await page.waitForSelector('.related li')
    await settled(page)
    must((await page.$$('.related button')).length >= 2 && (await page.textContent('.related')).includes('未答复'), 'its notices, and the objection without an answer')
    await shot(page, 'related-notices')
    await page.context().close()
  })
}
