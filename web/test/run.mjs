/* The tests of the pages; each line says what it tried.  Usage: run.mjs [--tour] [PART...]: units, or a part of the tour in Chromium; all of them when none is named.
   --tour also writes the pictures of docs/tour. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

function units() {
  const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'], { cwd: new URL('..', import.meta.url).pathname, maxBuffer: 1 << 26 })
  try {
    const r = JSON.parse(run.stdout.toString().slice(run.stdout.toString().indexOf('{')))
    for (const f of r.testResults) for (const a of f.assertionResults) if (a.status === 'failed') console.log('not ok unit:', a.fullName, a.failureMessages[0]?.split('\n')[0])
    return { passed: r.numPassedTests, failed: r.numFailedTests }
  } catch {
    console.log('not ok units do not run:', run.stderr.toString().slice(0, 400))
    return { passed: 0, failed: 1 }
  }
}

/* Each part has a server of its own: what one changes, the others do not see. */
const tours = {
  roles: ['tour-roles', 'roleSteps'],
  registers: ['tour-register', 'registerSteps'],
  book: ['tour-book', 'bookSteps'],
  system: ['tour-system', 'systemSteps'],
  cases: ['tour-case', 'caseSteps'],
  casemore: ['tour-casemore', 'caseMoreSteps'],
  casepapers: ['tour-casepaper', 'casePaperSteps'],
  ballots: ['tour-ballot', 'ballotSteps'],
  links: ['tour-link', 'linkSteps'],
  slips: ['tour-slip', 'slipSteps'],
  papers: ['tour-papers', 'paperSteps'],
  jobs: ['tour-jobs', 'jobSteps'],
  desk: ['tour-desk', 'deskSteps'],
  cards: ['tour-card', 'cardSteps', 'cardServer'],
  profiles: ['tour-profile', 'profileSteps', 'profileServer'],
  wall: ['tour-wall', 'wallSteps', 'wallServer'],
  plan: ['tour-plan', 'planSteps']
}
const named = process.argv.slice(2).filter(a => a !== '--tour')
const parts = named.length ? named : ['units', ...Object.keys(tours)]
const stranger = parts.find(p => p !== 'units' && !tours[p])
if (stranger) throw new Error(`no part ${stranger}; there are: units ${Object.keys(tours).join(' ')}`)

let passed = 0
let failed = 0
const add = r => { passed += r.passed; failed += r.failed }
if (parts.includes('units')) add(units())
const walks = parts.filter(p => tours[p])
const chromium = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(p => p && existsSync(p))
if (walks.length && !chromium) console.log('skipped: the browser tests, for there is no Chromium')
else for (const p of walks) {
  const { walk } = await import('./walk.mjs')
  const [file, name, server] = tours[p]
  const part = await import(`./${file}.mjs`)
  add(await walk(chromium, part[name], process.argv.includes('--tour'), server ? part[server]() : null))
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
