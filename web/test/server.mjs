/* An example county with people, and the server on it, for the time of a part of the tour. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
export const password = '青山绿水一只船划过去'
/* As examples/changgeng/accounts.csv has them. */
export const people = [
  { name: 'buzhang', role: 'org-department' },
  { name: 'kezhang', role: 'cadre-office' },
  { name: 'zuzhike', role: 'organisation-office' },
  { name: 'xiangzhen', role: 'township-committee' },
  { name: 'shuji', role: 'branch-secretary' },
  { name: 'ganbu', role: 'person-self' },
  { name: 'xitong', role: 'system-admin' },
  { name: 'anquan', role: 'security-admin' },
  { name: 'shenji', role: 'audit-admin' }
]

const freePort = () => new Promise(done => { const s = createServer(); s.listen(0, '127.0.0.1', () => { const p = s.address().port; s.close(() => done(p)) }) })

const guiju = process.env.GUIJU ?? join(root, 'build/guiju')
const run = (...a) => {
  const input = typeof a.at(-1) === 'object' ? a.pop().input : undefined
  return execFileSync(guiju, a, { cwd: root, input, maxBuffer: 1 << 28 }).toString()
}

function make(area) {
  run('init', area, '--pack', 'packs/cn', '--name', 'changgeng')
  for (const r of readFileSync(join(root, 'examples/changgeng/order'), 'utf8').trim().split('\n')) run('import', area, r, `examples/changgeng/${r}.csv`)
  execFileSync('python3', ['tools/portraits.py', 'examples/changgeng', area + '.zip'], { cwd: root })
  run('photos', area, 'cadre', area + '.zip')
  rmSync(area + '.zip')
  run('judge', area, '--record')
  execFileSync(guiju, ['account', 'load', area, 'examples/changgeng/accounts.csv', '--stdin'], { cwd: root, input: password + '\n' })
  execFileSync('sh', ['tools/cases.sh', guiju, area, new Date().toISOString().slice(0, 10)], { cwd: root })
}

/* Is whoever makes the county in dir still at it? */
function alive(dir) {
  try {
    return process.kill(Number(readFileSync(join(dir, 'by'), 'utf8')), 0)
  } catch {
    return false
  }
}

/* The county is made once for all parts of the tour: again when the program, the packs, the examples or the day changed.  Whoever comes first makes it, the others
   wait for it. */
async function made() {
  const seen = [new Date().toISOString().slice(0, 10), statSync(guiju).mtimeMs]
  for (const d of ['packs', 'examples', 'tools']) for (const f of readdirSync(join(root, d), { recursive: true })) seen.push(f, statSync(join(root, d, f)).mtimeMs)
  const dir = join(dirname(guiju), 'web-county-' + createHash('sha256').update(seen.join('\n')).digest('hex').slice(0, 16))
  for (let i = 0; !existsSync(join(dir, 'whole')); i++) {
    try {
      mkdirSync(dir)
    } catch {
      await new Promise(r => setTimeout(r, 100))
      if (i > 20 && !existsSync(join(dir, 'whole')) && !alive(dir)) rmSync(dir, { recursive: true, force: true })
      continue
    }
    try {
      writeFileSync(join(dir, 'by'), String(process.pid))
      make(join(dir, 'changgeng.guiju'))
      for (const old of readdirSync(dirname(dir))) if (old.startsWith('web-county-') && join(dirname(dir), old) !== dir) rmSync(join(dirname(dir), old), { recursive: true, force: true })
      writeFileSync(join(dir, 'whole'), '')
    } catch (e) {
      rmSync(dir, { recursive: true, force: true })
      throw e
    }
  }
  return dir
}

/* with_: what a part of the tour needs around the server: flags for it, and what stands in front of it. */
export async function start(with_ = null) {
  const dir = mkdtempSync(join(tmpdir(), 'guiju-web-'))
  const area = join(dir, 'changgeng.guiju')
  if (with_?.area) with_.area(area, run, (file, text) => { writeFileSync(join(dir, file), text); return join(dir, file) })
  else cpSync(await made(), dir, { recursive: true })
  const cadre = with_?.area ? 0 : JSON.parse(run('get', area, 'cadre', 'C0003', '--json')).id
  const port = await freePort()
  const server = spawn(guiju, ['serve', area, '--listen', `127.0.0.1:${port}`, '--log', 'none', '--title', '长庚县', ...(with_?.flags(dir) ?? [])], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const straight = `http://127.0.0.1:${port}`
  const front = with_?.front ? await with_.front(port) : null
  const base = front?.base ?? straight
  for (let i = 0; i < 100; i++) {
    try { if ((await fetch(straight + '/healthz')).ok) break } catch { /* not yet */ }
    await new Promise(r => setTimeout(r, 100))
  }
  const api = base + '/api/v1/areas/changgeng/'
  const signed = await fetch(api + 'session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'buzhang', password }) })
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0]
  return {
    base, cadre, area, front,
    /* A command beside the server: what a step needs behind it that is not its matter. */
    cli: (...a) => run(a[0], ...(a[0] === 'pack' ? ['install', area, ...a.slice(1)] : ['case', 'notice', 'ballot', 'slip', 'account'].includes(a[0]) ? [a[1], area, ...a.slice(2)] : [area, ...a.slice(1)])),
    /* Is there such a route?  What the server does not do yet is told as skipped. */
    async has(route) {
      const r = await fetch(api + route, { headers: { cookie } })
      return !(r.status === 404 && (await r.json().catch(() => ({}))).code === 'http.no_route')
    },
    /* Does `guiju verify FILE` hold it? */
    verifies(bytes) {
      const file = join(dir, 'proof.txt')
      writeFileSync(file, bytes)
      return spawnSync(guiju, ['verify', file], { cwd: root }).status === 0
    },
    openapi: async () => (await fetch(api + 'openapi.json', { headers: { cookie } })).json(),
    async stop() {
      front?.close()
      server.kill('SIGTERM')
      await new Promise(r => { server.once('exit', r); setTimeout(r, 5000) })
      rmSync(dir, { recursive: true, force: true })
    }
  }
}
