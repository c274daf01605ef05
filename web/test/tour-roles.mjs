/* Each role by itself: the sign-in, every page of its menu at both widths, what a secretary and a person see, the same in English. */
import { wrong } from './openapi.mjs'
import { people } from './server.mjs'

export async function roleSteps({ step, open, enter, go, menu, there, sound, shot, must, s }) {
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
}
