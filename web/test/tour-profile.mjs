/* An area made for an internal network: what belongs on a single machine is left out, and the pages say so. */
import { password } from './server.mjs'

let said = ''
export const profileServer = () => ({
  area(area, run, file) {
    said = run('init', area, '--pack', 'packs/cn', '--profile', 'internal', '--name', 'changgeng')
    run('account', 'load', area, file('people.csv', '登录名,姓名,角色,范围,树,对应人员\nbuzhang,部长,org-department,,,\nxitong,系统管理员,system-admin,,,\n'), '--stdin', { input: password + '\n' })
  },
  flags: () => ['--profile', 'internal']
})

export async function profileSteps({ step, open, go, settled, sound, shot, must }) {
  const left = [...said.matchAll(/cn\/(\S+\.md)/g)].map(m => m[1])
  await step('an internal area: chapters that are left out are marked, told why, and have no registers', async () => {
    must(left.length > 3, 'the command says which chapters it leaves out: ' + left.join(' '))
    for (const width of [1440, 390]) {
      const page = await open(width, 'buzhang')
      await go(page, '/rules')
      if (width < 800) await page.click('.toc-b, button:has-text("目录")').catch(() => undefined)
      await page.waitForSelector('.tag:has-text("未装入")', { state: 'attached' })
      must((await page.$$('.tag:has-text("未装入")')).length === left.length, 'as many as the command left out')
      await shot(page, 'profile-' + width)
      await sound(page, 'the handbook of an internal area')
      await go(page, '/rules/c/cn/' + encodeURIComponent(left[0]))
      await page.waitForSelector('.note-bar:has-text("单机")')
      await settled(page)
      await shot(page, 'profile-chapter-' + width)
      await sound(page, 'a chapter that is left out')
      await page.context().close()
    }
    const page = await open(1440, 'buzhang')
    await go(page, '/r')
    await page.waitForSelector('.reg-list')
    must(!(await page.textContent('.page')).includes('后备干部'), 'no register of what is left out')
    await sound(page, 'registers of an internal area')
    await page.context().close()
  })
}
