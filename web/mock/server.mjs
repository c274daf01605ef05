/* Development only: answers as docs/api.md says, from what the guiju command prints of the example county.  Node's own library. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const bin = process.env.GUIJU ?? join(root, 'build/guiju')
const area = process.env.AREA ?? join(root, 'build/web-area/changgeng.guiju')
const dist = join(root, 'web/dist')
const today = '2026-04-10'
const run = (...a) => execFileSync(bin, a, { maxBuffer: 1 << 28, cwd: root }).toString()
const lines = s => s.split('\n').filter(Boolean).map(l => JSON.parse(l))
mkdirSync(join(root, 'build/web-area'), { recursive: true })
if (!existsSync(area)) {
  run('init', area, '--pack', 'packs/cn', '--name', 'changgeng')
  for (const r of readFileSync(join(root, 'examples/changgeng/order'), 'utf8').trim().split('\n')) run('import', area, r, `examples/changgeng/${r}.csv`)
  run('judge', area, '--today', today, '--record')
}

/* Declarations, as far as one line says them. */
function flow(s) {
  const m = {}
  let i = 0
  const val = end => {
    let out = ''
    while (i < s.length && s[i] === ' ') i++
    if (s[i] === '{') { i++; const o = {}; read(o); return o }
    if (s[i] === '[') { i++; const a = []; while (s[i] !== ']') { a.push(val(',]')); if (s[i] === ',') i++ } i++; return a }
    if (s[i] === '"' || s[i] === "'") { const q = s[i++]; while (i < s.length && s[i] !== q) out += s[i++]; i++; while (i < s.length && !end.includes(s[i])) i++; return out }
    let depth = 0
    while (i < s.length && (depth || !end.includes(s[i]))) { if ('(['.includes(s[i])) depth++; if (')]'.includes(s[i])) depth--; out += s[i++] }
    return out.trim()
  }
  const read = o => {
    while (i < s.length && s[i] !== '}') {
      while (' ,'.includes(s[i])) i++
      if (s[i] === '}') break
      let k = ''
      while (s[i] !== ':') k += s[i++]
      i++
      o[k.trim()] = val(',}')
      while (i < s.length && !',}'.includes(s[i])) i++
    }
    i++
  }
  i = s.indexOf('{') + 1
  read(m)
  return m
}
const registers = [], codes = {}, chapters = [], texts = {}
for (const pack of ['core', 'cn']) for (const file of readdirSync(join(root, 'packs', pack)).filter(f => /^\d.*\.md$/.test(f)).sort()) {
  const text = readFileSync(join(root, 'packs', pack, file), 'utf8')
  texts[pack + '/' + file] = text
  chapters.push({ pack, file, title: /^# (.*)$/m.exec(text)[1], sections: [...text.matchAll(/^## (.*)$/gm)].map(x => x[1]) })
  for (const [, b] of text.matchAll(/```guiju\n([\s\S]*?)```/g)) {
    const top = k => new RegExp(`^${k}: (.*)$`, 'm').exec(b)?.[1]
    const title = s => (s?.startsWith('{') ? flow(s).zh : s)
    if (top('codes')) codes[top('codes')] = { title: title(top('title')), rows: [...b.matchAll(/\{code: .*?\}(?=[\],\n])/g)].map(x => flow(x[0])).map(r => ({ code: r.code, title: title(r.title?.zh ?? r.title) })) }
    if (!top('register')) continue
    const r = { name: top('register'), title: title(top('title')), owner: top('owner'), parent: top('parent') ?? null, key: null, orders: ['id', 'key', 'tree', 'pinyin', 'strokes'], may: { read: true, write: true, act: true, print: true }, fields: [], backs: [], display: top('display') }
    for (const [, n, rest] of b.matchAll(/^  ([a-z_]+): (\{.*\})$/gm)) {
      const f = flow(rest)
      const [, type, arg] = /^(\w+)(?:\((.*)\))?$/.exec(f.type ?? 'text')
      const x = { name: n, title: f.title?.zh ?? f.title, type, len: type === 'text' ? +arg : null, codes: type === 'choice' ? arg ?? `${r.name}.${n}` : null, ref: type === 'ref' ? arg : null, required: f.required === 'yes', key: f.key === 'yes', unique: f.unique === 'yes', derived: !!f.derive, class: f.class ?? 'open', unit: f.unit ?? null, owner: f.owner ?? r.owner, feel: f.derive ?? null, may_write: true, back: f.back }
      if (f.options) codes[x.codes] = { title: x.title, rows: f.options.map(o => ({ code: o, title: o })) }
      if (x.key) r.key = n
      r.fields.push(x)
    }
    registers.push(r)
  }
}
// Code tables of several lines: a table of Markdown below.
for (const [k, c] of Object.entries(codes)) if (!c.rows.length) {
  for (const t of Object.values(texts)) {
    const m = new RegExp('codes: ' + k + '\\n[\\s\\S]*?```\\n((?:\\|.*\\n)+)').exec(t)
    if (m) c.rows = m[1].trim().split('\n').slice(2).map(l => l.split('|').map(x => x.trim())).map(l => ({ code: l[1].replace(/"/g, ''), title: l[2] }))
  }
}
const reg = n => registers.find(r => r.name === n)
for (const r of registers) for (const f of r.fields) if (f.ref && reg(f.ref)) reg(f.ref).backs.push({ name: f.name, title: f.back ?? r.title, register: r.name, field: f.name })

let id = 100000
const data = {}
for (const r of registers) {
  let rows = []
  try { rows = lines(run('export', area, r.name, '--format', 'json', '--derived', '--ids', '--today', today)) } catch { /* a register without records */ }
  data[r.name] = rows.map(v => ({ id: v['#'] ?? ++id, values: v }))
}
const byKey = {}
for (const r of registers) byKey[r.name] = new Map(data[r.name].map(x => [String(x.values[r.key] ?? ''), x]))
const shown = new Map()
function display(r, x) {
  const k = r.name + x.id
  if (shown.has(k)) return shown.get(k)
  shown.set(k, '')
  const s = (r.display ?? '').split('+').map(p => p.trim()).map(p => {
    if (p.startsWith('"')) return p.slice(1, -1)
    let at = r, rec = x, v = ''
    for (const w of p.replace(/string\(|\)/g, '').split('.')) {
      const f = at?.fields.find(y => y.title === w || y.name === w)
      if (!f) { v = w === '名称' ? v : ''; break }
      v = rec?.values[f.name]
      if (f.codes) v = codes[f.codes]?.rows.find(c => c.code === v)?.title ?? v
      if (f.ref) { at = reg(f.ref); rec = byKey[f.ref]?.get(String(v)) }
    }
    return v ?? ''
  }).join('')
  shown.set(k, s || '#' + x.id)
  return shown.get(k)
}
function val(f, v) {
  if (v === undefined || v === null) return null
  if (f.type === 'choice') return { code: v, title: codes[f.codes]?.rows.find(c => c.code === v)?.title ?? v }
  if (f.type === 'ref') { const x = byKey[f.ref]?.get(String(v)); return x ? { register: f.ref, id: x.id, display: display(reg(f.ref), x) } : { register: f.ref, id: 0, display: String(v) } }
  if (f.type === 'number') return String(v)
  return v
}
function value(r, x, name) {
  const [a, ...more] = name.split('.'), b = more.join('.')
  const f = r.fields.find(y => y.name === a)
  if (!f) return null
  if (!b) return val(f, x.values[a])
  const t = byKey[f.ref]?.get(String(x.values[a]))
  return t ? value(reg(f.ref), t, b) : null
}
function test(r, x, cond) {
  const m = /^\(?([a-z_.]+) (=|!=|>=|<=) (.*?)\)?$/.exec(cond.trim())
  if (!m) { const c = /^contains\((\w+), "(.*)"\)$/.exec(cond.trim()); return c ? String(x.values[c[1]] ?? '').includes(c[2]) : true }
  let v = value(r, x, m[1])
  if (v && typeof v === 'object') v = v.title ?? v.display
  let w = m[3].replace(/^date\((.*)\)$/, '$1')
  w = w === 'null' ? null : w === 'true' ? true : w === 'false' ? false : w.startsWith('"') ? w.slice(1, -1) : +w
  if (w !== null && v === null) return false
  if (typeof w === 'number') v = +v
  return m[2] === '=' ? v === w : m[2] === '!=' ? v !== w : m[2] === '>=' ? v >= w : v <= w
}
const judged = lines(run('judge', area, '--json', '--today', today)).filter(x => x.verdict === 'holds')
for (const j of judged) { const x = byKey[j.register]?.get(String(j.key)); if (x) x.id = j.id }
const basis = b => b.map(s => ({ title: s.split(' ')[0], article: s.split(' ')[1] ?? null }))
const ruleText = {}
for (const [k, t] of Object.entries(texts)) for (const [, b] of t.matchAll(/```guiju\n([\s\S]*?)```/g)) {
  const n = /^rule: (.*)$/m.exec(b)?.[1] ?? /^use: \w+\((.*)\)$/m.exec(b)?.[1]
  if (n) ruleText[n] = { title: /^title: (.*)$/m.exec(b)?.[1], when: /^ *when: (.*)$/m.exec(b)?.[1], where: /^ *where: (.*)$/m.exec(b)?.[1], chapter: k, yaml: b, over: /^ *over: (.*)$/m.exec(b)?.[1], line: t.slice(0, t.indexOf(b)).split('\n').length }
}
const findings = judged.map((j, i) => ({ id: 5000 + i, rule: { name: j.rule, title: ruleText[j.rule]?.title ?? j.rule }, severity: j.severity, record: { register: j.register, id: j.id, display: j.display }, say: j.say, values: Object.entries(j.values).map(([title, value]) => ({ title, value: value === null ? null : String(value) })), basis: basis(j.basis), opened: today, due: i % 29 === 3 ? today : i % 17 === 5 ? '2026-04-' + (12 + (i % 18)) : null, what_to_do: null }))
const rules = [...new Set([...Object.keys(ruleText)])].map(n => ({ name: n, title: ruleText[n].title ?? n, register: ruleText[n].over ?? '', severity: findings.find(f => f.rule.name === n)?.severity ?? 'warn', when: ruleText[n].when, where: ruleText[n].where, basis: findings.find(f => f.rule.name === n)?.basis ?? [], chapter: ruleText[n].chapter, line: ruleText[n].line, scenarios: [{ name: 's', passed: true, detail: null }], findings: findings.filter(f => f.rule.name === n).length, params: [] }))
const log = lines(run('journal', 'log', area, '--json', '--last', '20000'))

const page = (items, u, max = 200) => {
  const limit = Math.min(max, +(u.searchParams.get('limit') ?? 50)), after = +(u.searchParams.get('after') ?? 0)
  return { seq: log.length, items: items.slice(after, after + limit), next: after + limit < items.length ? String(after + limit) : null, ...(u.searchParams.get('count') ? { count: items.length } : {}) }
}
const entry = e => { const [r, rest] = (e.target ?? '').split('/'); const rid = parseInt(rest); const x = data[r]?.find(y => y.id === rid); return { seq: e.seq, command: e.command, kind: e.kind, verb: e.verb, time: new Date(e.time_us / 1000).toISOString(), happened: null, actor: null, register: r || null, id: rid || null, display: x ? display(reg(r), x) : null, version: 1, leaf: e.leaf } }
const problem = (status, code, detail, more = {}) => ({ status, body: { type: 'urn:guiju:error:' + code, title: detail, status, code, detail, hint: '', ...more } })
const roles = { head: '部长', clerk: '干部科', secretary: '支部书记', cadre: '干部本人', system: '系统管理员', security: '安全管理员', audit: '审计管理员' }
let signed = 'head'
const session = () => ({ account: { id: 1, name: signed, display: '周部长' }, person: null, roles: [{ id: 1, name: signed, title: roles[signed] ?? signed, scope: '全辖区', tree: null, node: null }], admin: ['system', 'security', 'audit'].includes(signed) ? [signed] : signed === 'head' ? ['system', 'security', 'audit'] : [], csrf: 'x', today, profile: 'internal', must_change_password: false })

function answer(method, u, body) {
  const p = decodeURIComponent(u.pathname).replace(/^\/api\/v1\//, '').split('/')
  if (p[0] === 'areas' && p.length === 1) return { items: [{ name: 'changgeng', title: '长庚县' }] }
  const [, , a, b, c, d, e] = p
  if (a === 'session') {
    if (method === 'POST') { if (body.password === 'wrong') return problem(401, 'access.password', '登录名或口令不对'); signed = body.name }
    return session()
  }
  if (a === 'meta') return { area: 'changgeng', title: '长庚县', today, seq: log.length, packs: [{ name: 'core', version: '1', title: '引擎规矩集' }, { name: 'cn', version: '2026.1', title: '组织工作规矩集' }], registers, codes, roles: [] }
  if (a === 'today') return { today, due_today: findings.filter(f => f.due === today), due_month: findings.filter(f => f.due), waiting: [{ kind: 'pending', title: '导出干部名册 312 条，待第二人同意', line: '王承办 提请', link: null }], counts: Object.fromEntries(['serious', 'warn', 'info'].map(s => [s, findings.filter(f => f.severity === s).length]).concat([['undetermined', 9]])), changes: log.slice(-12).reverse().map(entry).map(x => ({ ...x, actor: null })) }
  if (a === 'findings') return page(findings.filter(f => (!u.searchParams.get('rule') || f.rule.name === u.searchParams.get('rule')) && (!u.searchParams.get('severity') || f.severity === u.searchParams.get('severity')) && u.searchParams.get('state') !== 'closed'), u)
  if (a === 'rules' && c === 'explain') { const r = run('explain', area, b, `${ruleText[b].over}/${d}`, '--today', today); return { verdict: 'holds', text: r, tree: null } }
  if (a === 'rules') return b ? rules.find(r => r.name === b) ?? problem(404, 'http.absent', '没有') : { items: rules }
  if (a === 'chapters' && !b) return { items: chapters }
  if (a === 'chapters') {
    const parts = []
    const src = texts[b + '/' + c]
    let line = 1
    for (const [i, s] of src.split(/```guiju\n([\s\S]*?)```\n?/).entries()) {
      if (i % 2) { const [kind, name] = s.split('\n')[0].split(/: ?/); parts.push({ declaration: { kind, name: /\((.*)\)/.exec(name)?.[1] ?? name, title: /^title: (.*)$/m.exec(s)?.[1] ?? null, line, yaml: s } }) } else if (s.trim()) parts.push({ html: s.trim().split(/\n\n+/).map(x => x.startsWith('#') ? x.replace(/^(#+) (.*)$/, (_, h, t) => `<h${h.length}>${t}</h${h.length}>`) : x.startsWith('|') ? '<table>' + x.split('\n').filter(l => !/^\| ?-/.test(l)).map((l, n) => '<tr>' + l.split('|').slice(1, -1).map(q => n ? `<td>${q.trim()}</td>` : `<th>${q.trim()}</th>`).join('') + '</tr>').join('') + '</table>' : `<p>${x.replace(/`([^`]*)`/g, '<code>$1</code>')}</p>`).join('\n') })
      line += s.split('\n').length
    }
    return { title: chapters.find(x => x.file === c)?.title, parts }
  }
  if (a === 'packs' && b && c) return { pack: b, file: c, text: texts[b + '/' + c] }
  if (a === 'packs') return { items: [{ name: 'cn', version: '2026.1', title: '组织工作规矩集', files: chapters.filter(x => x.pack === 'cn').map(x => x.file) }] }
  if (a === 'journal' && b === 'checkpoints') return { items: [] }
  if (a === 'journal' && b) { const x = log.find(y => y.seq === +b); return x ? { ...entry(x), header: '', commitments: {} } : problem(404, 'http.absent', '没有') }
  if (a === 'journal') { const before = +(u.searchParams.get('before') ?? 1e15); const l = log.filter(x => x.seq < before).slice(-(u.searchParams.get('limit') ?? 50)).reverse(); return { items: l.map(entry), next: l.length ? String(l[l.length - 1].seq) : null } }
  if (a === 'search') { const q = u.searchParams.get('q'); return { items: run('find', area, q).split('\n').filter(Boolean).slice(0, 8).map(l => { const m = /(\S+)\/(\S+)\s+(.*)/.exec(l); const x = m && byKey[m[1]]?.get(m[2]); return x ? { register: m[1], id: x.id, display: display(reg(m[1]), x), line: m[2] } : null }).filter(Boolean), understood: /正科|本科|岁/.test(q) ? { register: 'cadre', filter: '', chips: [{ label: '年龄 ≤ 35', filter: 'age <= 35' }, { label: '全日制本科以上', filter: 'bachelor = true' }], left: [] } : null } }
  if (a === 'feel') { try { return { value: run('feel', body.expr).trim(), type: 'any' } } catch (x) { return problem(422, 'feel.syntax', String(x.stderr ?? x)) } }
  if (a === 'registers') {
    const r = reg(b)
    if (!r) return problem(404, 'http.absent', '没有这个台账')
    if (c === 'check') return { problems: r.fields.filter(f => f.required && !body.id && body.values[f.name] == null).map(f => ({ field: f.name, code: 'record.required', detail: f.title + '没有填', hint: '' })), derived: {} }
    if (c === 'counts') { const m = new Map(); const by = u.searchParams.get('by'); for (const x of data[b]) { const v = value(r, x, by); const k = JSON.stringify(v); m.set(k, (m.get(k) ?? 0) + 1) } return { items: [...m].map(([k, n]) => ({ keys: [JSON.parse(k)], count: n })), suppressed: 0 } }
    if (c === 'records' && !d) {
      let rows = data[b]
      const f = u.searchParams.get('filter'), q = u.searchParams.get('q'), ref = u.searchParams.get('ref')
      if (f) { const conds = f.split(/ and /); rows = rows.filter(x => conds.every(k => test(r, x, k))) }
      if (ref) { const [fn, i] = ref.split(':'); rows = rows.filter(x => value(r, x, fn)?.id === +i) }
      if (q) rows = rows.filter(x => display(r, x).includes(q) || Object.values(x.values).some(v => typeof v === 'string' && v.includes(q)))
      const cols = (u.searchParams.get('columns') ?? '').split(',').filter(Boolean)
      const names = cols.length ? cols : r.fields.map(y => y.name)
      const pg = page(rows, u)
      return { ...pg, items: pg.items.map(x => ({ id: x.id, version: 1, display: display(r, x), values: Object.fromEntries(names.map(n => [n, value(r, x, n)])), hidden: [] })) }
    }
    const x = data[b].find(y => y.id === +d)
    if (!x) return problem(404, 'http.absent', '没有这条记录')
    if (e === 'findings') return { items: findings.filter(y => y.record.register === b && y.record.id === x.id) }
    if (e === 'history') { const en = log.filter(y => y.target?.startsWith(`${b}/${d}@`)); return { items: en.reverse().map(y => ({ ...entry(y), changes: r.fields.filter(f => !f.derived && x.values[f.name] != null).map(f => ({ field: f.name, before: null, after: x.values[f.name], erased: false })) })) } }
    return { id: x.id, version: 1, seq: log.length, display: display(r, x), closed: false, values: Object.fromEntries(r.fields.map(f => [f.name, val(f, x.values[f.name])])), hidden: r.name === 'cadre' ? ['ethnic', 'health'] : [], backs: r.backs.map(k => ({ register: k.register, field: k.field, title: k.title, count: data[k.register].filter(y => byKey[b].get(String(y.values[k.field])) === x).length })) }
  }
  return problem(404, 'http.no_route', '还没有这条路')
}
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
createServer((q, s) => {
  const u = new URL(q.url, 'http://x')
  s.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
  if (!u.pathname.startsWith('/api/')) {
    const f = join(dist, u.pathname === '/' ? 'index.html' : u.pathname)
    if (!existsSync(f)) { s.statusCode = 404; return s.end() }
    s.setHeader('Content-Type', types[extname(f)] ?? 'application/octet-stream')
    return s.end(readFileSync(f))
  }
  if (u.pathname.endsWith('/events')) { s.setHeader('Content-Type', 'text/event-stream'); return s.write(': hello\n\n') }
  let t = ''
  q.on('data', x => { t += x })
  q.on('end', () => {
    let r
    try { r = answer(q.method, u, t && q.headers['content-type']?.includes('json') ? JSON.parse(t) : {}) } catch (x) { r = problem(500, 'mock', String(x)) }
    const bad = r && r.status && r.body
    s.statusCode = bad ? r.status : 200
    s.setHeader('Content-Type', bad ? 'application/problem+json' : 'application/json')
    s.setHeader('ETag', '"1"')
    s.end(JSON.stringify(bad ? r.body : r))
  })
}).listen(+(process.env.PORT ?? 8421), '127.0.0.1', () => console.log('mock on', process.env.PORT ?? 8421))
void createHash
