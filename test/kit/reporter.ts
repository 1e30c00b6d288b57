import type { Reporter, TestModule } from 'vitest/node'

interface Failure {
  name: string
  errors: readonly { message?: string }[]
}

/**
 * Prints the result alone on the last line, for readers that know no vitest, and before it a line for each failure that begins
 * with `✗`: which file and test, and the first line of why. Whoever keeps only the end of the output has what matters.
 */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { message?: string }[]): void {
    const failures: Failure[] = []
    let passed = 0
    let skipped = 0
    for (const testModule of modules) {
      const failedTests: Failure[] = []
      for (const test of testModule.children.allTests()) {
        const { state, errors } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed')
          failedTests.push({ name: `${testModule.relativeModuleId} > ${test.fullName}`, errors: errors })
        else skipped++
      }
      // A file that does not load, or a hook that throws, has no failed test of its own.
      if (failedTests.length === 0 && !testModule.ok())
        failedTests.push({ name: testModule.relativeModuleId, errors: testModule.errors() })
      failures.push(...failedTests)
    }
    failures.push(...unhandledErrors.map((error) => ({ name: 'outside of any test', errors: [error] })))
    const lines = failures.map(({ name, errors }) => `✗ ${name}: ${errors[0]?.message?.split('\n')[0] ?? 'see above'}`)
    lines.push(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    // After vitest's own closing lines, which it prints when all reporters have been told.
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`))
  }
}
