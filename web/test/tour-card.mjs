/* Signing in by a certificate, bound by two persons: the browser speaks to a proxy that hands the certificate on, as nginx does. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'

const PROXY = '127.0.0.9'
const made = { cards: {}, file: {} }

function issue(dir) {
  const openssl = (...a) => execFileSync('openssl', a, { cwd: dir, stdio: ['ignore', 'ignore', 'ignore'] })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=card-authority', '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
  writeFileSync(join(dir, 'client.ext'), 'extendedKeyUsage = clientAuth\n')
  for (const who of ['kezhang', 'stranger']) {
    openssl('req', ...key, '-keyout', `${who}.key`, '-out', `${who}.csr`, '-subj', `/CN=${who}`)
    openssl('x509', '-req', '-in', `${who}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '10', '-extfile', 'client.ext', '-out', `${who}.pem`)
    made.file[who] = join(dir, `${who}.pem`)
    made.cards[who] = encodeURIComponent(readFileSync(made.file[who], 'utf8'))
  }
}

export const cardServer = () => ({
  flags(dir) {
    issue(dir)
    return ['--profile', 'stand-alone', '--behind-proxy', '--proxy-from', PROXY, '--client-cert-header', 'X-Client-Cert', '--client-ca', join(dir, 'ca.pem')]
  },
  /* card: which certificate the browser shows to TLS; null: none.  What a page sends under that name itself is dropped, as a proxy must. */
  async front(port) {
    const front = { card: null }
    const server = createServer((q, a) => {
      const headers = { ...q.headers, ...(front.card ? { 'x-client-cert': made.cards[front.card] } : {}) }
      if (!front.card) delete headers['x-client-cert']
      q.pipe(request({ host: '127.0.0.1', port, localAddress: PROXY, method: q.method, path: q.url, headers }, r => { a.writeHead(r.statusCode, r.rawHeaders); r.pipe(a) }).on('error', () => a.destroy()))
    })
    await new Promise(done => server.listen(0, '127.0.0.1', done))
    front.base = `http://127.0.0.1:${server.address().port}`
    front.close = () => { server.closeAllConnections?.(); server.close() }
    return front
  }
})

export async function cardSteps({ step, open, go, until, settled, sound, shot, must, s }) {
  await step('two persons: one proposes whose certificate it is, the other confirms', async () => {
    const page = await open(1440, 'xitong')
    await go(page, '/system/accounts')
    await page.waitForSelector('tr:has(td:text-is("kezhang"))')
    await page.click('tr:has(td:text-is("kezhang")) .b:has-text("绑定证书")')
    await page.waitForSelector('.el-dialog:visible textarea')
    await page.setInputFiles('.el-dialog:visible input[type=file]', made.file.kezhang)
    await until(page, () => document.querySelector('.el-dialog textarea').value.includes('BEGIN CERTIFICATE'))
    await shot(page, 'card-bind')
    await sound(page, 'the certificate that is given')
    await page.click('.el-dialog:visible .b.main')
    await page.waitForSelector('.el-message--success')
    await go(page, '/system/pending')
    await page.waitForSelector('.pend')
    must(await page.isDisabled('.pend .b:has-text("同意")'), 'nobody confirms what he proposed')
    await page.context().close()
    s.front.card = 'kezhang'
    const early = await open(1440)
    early.wanted.push('403')
    await early.click('.sign .b:has-text("用证书登录")')
    await early.waitForSelector('.refusal')
    await early.context().close()
    s.front.card = null
    const second = await open(1440, 'anquan')
    await go(second, '/system/pending')
    await second.waitForSelector('.pend')
    await shot(second, 'card-confirm')
    await sound(second, 'a binding that waits')
    await second.click('.pend .b:has-text("同意")')
    await second.waitForSelector('.el-message--success')
    await second.context().close()
  }, ['pending'])
  await step('by certificate: who has it is in; with another, or without, nobody; the session ends with the card', async () => {
    s.front.card = 'stranger'
    const page = await open(1440)
    page.wanted.push('403', '401')
    await page.click('.sign .b:has-text("用证书登录")')
    await page.waitForSelector('.refusal')
    await shot(page, 'card-refused')
    s.front.card = null
    await page.click('.sign .b:has-text("用证书登录")')
    await until(page, () => document.querySelector('.refusal')?.textContent.includes('证书'))
    s.front.card = 'kezhang'
    await page.click('.sign .b:has-text("用证书登录")')
    await page.waitForSelector('.shell .page')
    must((await page.textContent('.who-b')).includes('干部科'), 'as whom the card is')
    await settled(page)
    await sound(page, 'in by certificate')
    s.front.card = null
    await page.evaluate(() => { location.hash = '#/r/cadre' })
    await page.waitForSelector('.sign form')
    await page.setViewportSize({ width: 390, height: 844 })
    await shot(page, 'card-phone')
    await sound(page, 'out again, on a phone')
    await page.context().close()
  }, ['pending'])
}
