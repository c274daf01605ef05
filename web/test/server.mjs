/* An example county with people, and the server on it, for the time of a test. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
export const password = '青山绿水一只船划过'
export const people = [
  { name: 'zhou', title: '周部长', role: 'org-department' },
  { name: 'wang', title: '王承办', role: 'cadre-office' },
  { name: 'sun', title: '孙书记', role: 'branch-secretary' },
  { name: 'song', title: '宋本人', role: 'person-self' },
  { name: 'sys', title: '系统管理员甲', role: 'system-admin' },
  { name: 'sec', title: '安全管理员乙', role: 'security-admin' },
  { name: 'aud', title: '审计管理员丙', role: 'audit-admin' }
]

const freePort = () => new Promise(done => { const s = createServer(); s.listen(0, '127.0.0.1', () => { const p = s.address().port; s.close(() => done(p)) }) })

export async function start() {
  const guiju = process.env.GUIJU ?? join(root, 'build/guiju')
  const setter = process.env.WEB_PEOPLE ?? join(root, 'build/web/test/web_people')
  const dir = mkdtempSync(join(tmpdir(), 'guiju-web-'))
  const area = join(dir, 'changgeng.guiju')
  const run = (...a) => execFileSync(guiju, a, { cwd: root, maxBuffer: 1 << 28 }).toString()
  const line = (file, n) => readFileSync(join(root, 'examples/changgeng', file), 'utf8').split('\n')[n].split(',')
  run('init', area, '--pack', 'packs/cn', '--name', 'changgeng')
  for (const r of readFileSync(join(root, 'examples/changgeng/order'), 'utf8').trim().split('\n')) run('import', area, r, `examples/changgeng/${r}.csv`)
  run('judge', area, '--record')
  const idOf = (r, key) => JSON.parse(run('get', area, r, key, '--json')).id
  const made = s => /\/(\d+) /.exec(s)[1]
  const ids = []
  const cadre = idOf('cadre', line('cadre.csv', 3)[0])
  const branch = line('party_member.csv', 2)[line('party_member.csv', 0).findIndex(h => h.includes('所在党组织'))]
  for (const p of people) {
    const more = p.role === 'person-self' ? ['person_register=cadre', `person=${cadre}`] : []
    ids.push(made(run('put', area, 'account', `name=${p.name}`, `title=${p.title}`, 'since=2026-01-01', ...more)))
    const scope = p.role === 'branch-secretary' ? ['scope_register=party_org', 'tree=parent', `node=${idOf('party_org', branch)}`] : []
    run('put', area, 'role_holding', `account=${p.name}`, `role=${p.role}`, 'since=2026-01-01', ...scope)
  }
  execFileSync(setter, [area, ...ids.flatMap(i => [i, password])])
  const port = await freePort()
  const server = spawn(guiju, ['serve', area, '--listen', `127.0.0.1:${port}`, '--log', 'none'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const base = `http://127.0.0.1:${port}`
  for (let i = 0; i < 100; i++) {
    try { if ((await fetch(base + '/healthz')).ok) break } catch { /* not yet */ }
    await new Promise(r => setTimeout(r, 100))
  }
  return {
    base, cadre,
    async stop() {
      server.kill('SIGTERM')
      await new Promise(r => { server.once('exit', r); setTimeout(r, 5000) })
      rmSync(dir, { recursive: true, force: true })
    }
  }
}
