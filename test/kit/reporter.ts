import type { Reporter, TestModule } from 'vitest/node'

/** Prints the result alone on the last line, for readers that know no vitest. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally = { passed: 0, failed: 0, skipped: 0 }
    for (const testModule of modules) {
      let failedTests = 0
      for (const test of testModule.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') tally.passed++
        else if (state === 'failed') failedTests++
        else tally.skipped++
      }
      // A file that does not load, or a hook that throws, has no failed test of its own.
      tally.failed += failedTests === 0 && !testModule.ok() ? 1 : failedTests
    }
    tally.failed += unhandledErrors.length
    const line = `${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}\n`
    // After vitest's own closing lines, which it prints when all reporters have been told.
    process.once('exit', () => process.stdout.write(line))
  }
}
