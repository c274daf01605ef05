/* Units by Vitest, then the tour in Chromium; each line says what it tried.  --tour also writes the pictures of docs/tour. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

let passed = 0
let failed = 0
const units = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'], { cwd: new URL('..', import.meta.url).pathname, maxBuffer: 1 << 26 })
try {
  const r = JSON.parse(units.stdout.toString().slice(units.stdout.toString().indexOf('{')))
  passed += r.numPassedTests
  failed += r.numFailedTests
  for (const f of r.testResults) for (const a of f.assertionResults) if (a.status === 'failed') console.log('not ok unit:', a.fullName, a.failureMessages[0]?.split('\n')[0])
  console.log(`units: ${r.numPassedTests} passed, ${r.numFailedTests} failed.`)
} catch {
  failed++
  console.log('not ok units do not run:', units.stderr.toString().slice(0, 400))
}

const chromium = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(p => p && existsSync(p))
if (!chromium) console.log('skipped: the browser tests, for there is no Chromium')
else {
  const { tour } = await import('./tour.mjs')
  const r = await tour(chromium, process.argv.includes('--tour'))
  passed += r.passed
  failed += r.failed
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
