// npm run check: what can be known without running the product: lint, format, types of every room, dead code,
// and what the client's files must keep to.
import { availableParallelism, totalmem } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { weighBundle } from './checks/bundle.mjs'
import { said } from './checks/sources.mjs'
import { rawStylesIn } from './checks/styles.mjs'
import { strayWordsIn } from './checks/words.mjs'
import { binOf, eachOf, root, runNode, seconds } from './steps.mjs'

const client = path.join(root, 'client')
const node =
  (...args) =>
  () =>
    runNode(args, { env: { NODE_OPTIONS: '--max-old-space-size=3072' } })

const steps = [
  ['lint', node(binOf('eslint'), '.')],
  ['types of client', node(binOf('vue-tsc'), '-p', 'client/tsconfig.json')],
  ['types of test', node(binOf('tsc', 'typescript'), '-p', 'test/tsconfig.json')],
  ['types of server', node(binOf('tsc', 'typescript'), '-p', 'server/tsconfig.json')],
  ['types of db', node(binOf('tsc', 'typescript'), '-p', 'db/tsconfig.json')],
  ['types of domain', node(binOf('tsc', 'typescript'), '-p', 'domain/tsconfig.json')],
  ['format', node(binOf('prettier'), '--check', '--log-level', 'warn', '.')],
  ['dead code', node(binOf('knip'))],
  ['styles in meanings', async () => said(await rawStylesIn(client))],
  ['words in the message files', async () => said(await strayWordsIn(client))],
  ['weight of the client', weighBundle],
]

/** Runs every step and prints what failed in full; resolves to how many passed and failed, and a line for each that did. */
export async function check() {
  const tally = { passed: 0, failed: 0, failures: [] }
  // Each type checker takes up to a gigabyte.
  const width = Math.max(1, Math.min(4, availableParallelism(), Math.floor(totalmem() / 2 ** 31)))
  await eachOf(steps, width, async ([name, run]) => {
    const start = Date.now()
    const { code, output } = await run()
    if (code === 0) tally.passed++
    else {
      tally.failed++
      tally.failures.push(`✗ ${name}`)
    }
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
