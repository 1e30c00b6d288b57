// npm test: fetches what the tests need, then the checks and all tests. The last line is the sum: `N passed, N failed`.
import { stripVTControlCharacters } from 'node:util'
import { check } from './check.mjs'
import { ensureTools } from './ensure-tools.mjs'
import { binOf, runNode, seconds } from './steps.mjs'

const start = Date.now()
const total = { passed: 0, failed: 0, skipped: 0 }
const add = ({ passed, failed, skipped = 0 }) => {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
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

console.log(`\nDone in ${seconds(start)}${total.skipped > 0 ? `; ${total.skipped} skipped` : ''}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0

async function runTests(project) {
  const { code, output } = await runNode([binOf('vitest'), 'run', '--project', project], {
    show: true,
    env: chromium === undefined ? {} : { CHROMIUM: chromium },
  })
  const [, passed, failed, skipped] = sumLine(output) ?? []
  // Without a sum it ended before its tests did.
  if (passed === undefined) return { passed: 0, failed: 1 }
  const tally = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) }
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

/** The line of test/kit/reporter.ts. */
function sumLine(output) {
  const lines = stripVTControlCharacters(output).trimEnd().split('\n')
  return lines.map((line) => /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line)).findLast((match) => match !== null)
}
