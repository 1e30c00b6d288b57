// npm test: fetches what the tests need, then the checks and all tests. The last line is the sum: `N passed, N failed`.
import { stripVTControlCharacters } from 'node:util'
import { check } from './check.mjs'
import { ensureTools } from './ensure-tools.mjs'
import { binOf, runNode, seconds } from './steps.mjs'

const start = Date.now()
const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []
const add = ({ passed, failed, skipped = 0, failures: named = [] }) => {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  failures.push(...named)
}

console.log('Looking for what the tests need')
const { chromium, missing } = await ensureTools()
for (const name of missing) console.log(`✗ cannot get ${name}`)

console.log('\nChecking lint, format, types and dead code')
add(await check())

for (const project of ['domain', 'integration', 'browser']) {
  console.log(`\nTesting ${project}`)
  add(await runTests(project))
}

// What failed stands far above by now.
if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`)
console.log(`\nDone in ${seconds(start)}${total.skipped > 0 ? `; ${total.skipped} skipped` : ''}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0

async function runTests(project) {
  const { code, output } = await runNode([binOf('vitest'), 'run', '--project', project], {
    show: true,
    env: chromium === undefined ? {} : { CHROMIUM: chromium },
  })
  const lines = stripVTControlCharacters(output).trimEnd().split('\n')
  // The last line that test/kit/reporter.ts prints; before it stands one for each failure.
  const end = lines.findLastIndex((line) => /^\d+ passed, \d+ failed/.test(line))
  // Without a sum it ended before its tests did.
  if (end < 0) return { passed: 0, failed: 1, failures: [`✗ ${project} ended before its tests did`] }
  const [passed, failed, skipped = 0] = lines[end].match(/\d+/g).map(Number)
  if (code !== 0 && failed === 0)
    return { passed, failed: 1, skipped, failures: [`✗ ${project} ended with code ${code} though its tests passed`] }
  return { passed, failed, skipped, failures: lines.slice(end - failed, end) }
}
