import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** veraPDF as `scripts/ensure-tools.mjs` leaves it; undefined where there is none, and the runner has named it. */
const jar = [
  process.env.VERAPDF_JAR ?? '',
  path.join(homedir(), '.m2/repository/org/verapdf/apps/greenfield-apps/1.28.2/greenfield-apps-1.28.2.jar'),
].find((file) => file !== '' && existsSync(file))

const program = 'java'

/** What veraPDF says of each file as PDF/A-2b (`PASS …`, `FAIL …`), or nothing where it is not on this machine. */
export const pdfaVerdicts = (files: string[]): Promise<string[]> =>
  new Promise((resolve, reject) => {
    if (jar === undefined) {
      resolve([])
      return
    }
    const args = ['-cp', jar, 'org.verapdf.apps.GreenfieldCliWrapper', '-f', '2b', '--format', 'text', ...files]
    // It ends with 1 when a file fails: its words tell, not its code.
    execFile(program, args, { timeout: 120_000 }, (error, stdout) => {
      const verdicts = stdout.split('\n').filter((line) => /^(PASS|FAIL)/.test(line))
      if (verdicts.length === 0) reject(error ?? new Error('veraPDF said nothing'))
      else resolve(verdicts)
    })
  })
