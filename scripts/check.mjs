// npm run check: what can be known without running the product: lint, format, types of every room, dead code,
// and what the client's files must keep to.
import { availableParallelism, totalmem } from 'node:os'
import { pathToFileURL } from 'node:url'
import { binOf, eachOf, runNode, seconds } from './steps.mjs'

const steps = [
  ['lint', [binOf('eslint'), '.']],
  ['types of client', [binOf('vue-tsc'), '-p', 'client/tsconfig.json']],
  ['types of test', [binOf('tsc', 'typescript'), '-p', 'test/tsconfig.json']],
  ['types of server', [binOf('tsc', 'typescript'), '-p', 'server/tsconfig.json']],
  ['types of db', [binOf('tsc', 'typescript'), '-p', 'db/tsconfig.json']],
  ['types of domain', [binOf('tsc', 'typescript'), '-p', 'domain/tsconfig.json']],
  ['format', [binOf('prettier'), '--check', '--log-level', 'warn', '.']],
  ['dead code', [binOf('knip')]],
  ['styles in meanings', ['scripts/checks/styles.mjs']],
  ['words in the message files', ['scripts/checks/words.mjs']],
]

/** Runs every step and prints what failed in full; resolves to how many passed and failed. */
export async function check() {
  const tally = { passed: 0, failed: 0 }
  // Each type checker takes up to a gigabyte.
  const width = Math.max(1, Math.min(4, availableParallelism(), Math.floor(totalmem() / 2 ** 31)))
  await eachOf(steps, width, async ([name, args]) => {
    const start = Date.now()
    const { code, output } = await runNode(args, { env: { NODE_OPTIONS: '--max-old-space-size=3072' } })
    if (code === 0) tally.passed++
    else tally.failed++
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds(start)})`)
    if (code !== 0) console.log(output.trimEnd())
  })
  return tally
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { passed, failed } = await check()
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}
