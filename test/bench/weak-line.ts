import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import type { MeetingState } from '#domain/meeting/state.ts'
import { openBrowser, openWindow } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type Client } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/**
 * A hall behind a weak line: its browser in a network namespace of its own, whose only way out is shaped (`tc`) and loses
 * packets (`nft`). Needs root on Linux with iproute2 and nftables; touches nothing outside the two ends of that line.
 */

const run = promisify(execFile)
const space = 'bench-hall'
const [near, far] = ['10.77.0.1', '10.77.0.2']
const inside = (...command: string[]) => run('ip', ['netns', 'exec', space, ...command])

const lines = [
  { name: 'good', kbps: 2000, loss: 0 },
  { name: 'weak', kbps: 500, loss: 5 },
  { name: 'poor', kbps: 300, loss: 5 },
  { name: 'bad', kbps: 150, loss: 5 },
  { name: 'lossy', kbps: 300, loss: 10 },
  { name: 'good again', kbps: 2000, loss: 0 },
]
const secondsALine = 25

async function lay(): Promise<void> {
  await run('ip', ['netns', 'add', space])
  await run('ip', ['link', 'add', 'bench-near', 'type', 'veth', 'peer', 'name', 'bench-far', 'netns', space])
  await run('ip', ['addr', 'add', `${near}/24`, 'dev', 'bench-near'])
  await run('ip', ['link', 'set', 'bench-near', 'up'])
  await inside('ip', 'addr', 'add', `${far}/24`, 'dev', 'bench-far')
  await inside('ip', 'link', 'set', 'bench-far', 'up')
  await inside('ip', 'link', 'set', 'lo', 'up')
  await inside('ip', 'route', 'add', 'default', 'via', near)
}

const clear = () => run('ip', ['netns', 'delete', space]).catch(() => undefined)

/** The same limit and loss both ways. */
async function shape({ kbps, loss }: { kbps: number; loss: number }): Promise<void> {
  const limit = (device: string) => [
    'qdisc',
    'replace',
    'dev',
    device,
    'root',
    'tbf',
    'rate',
    `${kbps}kbit`,
    'burst',
    '4kb',
    'latency',
    '200ms',
  ]
  await run('tc', limit('bench-near'))
  await inside('tc', ...limit('bench-far'))
  const rule = loss === 0 ? '' : `numgen random mod 100 < ${loss} drop`
  const chain = (hook: string) => `chain ${hook} {\ntype filter hook ${hook} priority 0\n${rule}\n}\n`
  const table = `table inet bench\ndelete table inet bench\ntable inet bench {\n${chain('input')}${chain('output')}}\n`
  const file = path.join(tmpdir(), 'bench-line.nft')
  await writeFile(file, table)
  await inside('nft', '-f', file)
}

interface Heard {
  concealed: number
  samples: number
  frames: number
  audioBytes: number
  videoBytes: number
}

/** What has arrived at a page so far. */
const arrived = (page: Page): Promise<Heard> =>
  page.evaluate(async () => {
    const sum = { concealed: 0, samples: 0, frames: 0, audioBytes: 0, videoBytes: 0 }
    for (const connection of Reflect.get(window, 'mediaConnections') as RTCPeerConnection[]) {
      if (connection.connectionState === 'closed') continue
      for (const one of (await connection.getStats()).values() as Iterable<
        RTCInboundRtpStreamStats & { concealedSamples?: number; silentConcealedSamples?: number; totalSamplesReceived?: number }
      >) {
        if (one.type !== 'inbound-rtp') continue
        sum.concealed += (one.concealedSamples ?? 0) - (one.silentConcealedSamples ?? 0)
        sum.samples += one.totalSamplesReceived ?? 0
        sum.frames += one.framesDecoded ?? 0
        if (one.kind === 'audio') sum.audioBytes += one.bytesReceived ?? 0
        else sum.videoBytes += one.bytesReceived ?? 0
      }
    }
    return sum
  })

async function measured(page: Page, seconds: number): Promise<string> {
  const before = await arrived(page)
  await wait(seconds * 1000)
  const after = await arrived(page)
  const since = (name: keyof Heard) => Math.max(0, after[name] - before[name])
  const kbps = (name: 'audioBytes' | 'videoBytes') => ((since(name) * 8) / 1000 / seconds).toFixed(0)
  const concealed =
    since('samples') === 0 ? 'no sound' : `${((100 * since('concealed')) / since('samples')).toFixed(1)} % concealed`
  return `picture ${(since('frames') / seconds).toFixed(1)} frames, ${kbps('videoBytes')} kbit/s; sound ${kbps('audioBytes')} kbit/s, ${concealed}`
}

const says = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [...document.querySelectorAll('[role=status], [role=alert]')]
      .map((one) => one.textContent?.trim())
      .filter(Boolean)
      .join(' | '),
  )

export async function measureWeakLine(): Promise<string> {
  await clear()
  await lay()
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-hall-'))
  const wrapper = path.join(folder, 'chromium')
  await writeFile(wrapper, `#!/bin/sh\nexec ip netns exec ${space} /usr/bin/chromium "$@"\n`)
  await chmod(wrapper, 0o755)
  const app = await startRoomApp({ LIVEKIT_URL: '', HOST: '0.0.0.0' })
  const address = app.baseUrl.replace('127.0.0.1', near)
  const browser = await openBrowser()
  const hallBrowser = await openBrowser({ executablePath: wrapper, trusts: address })
  const report: string[] = ['A hall behind a weak line (what arrives at the hall / at the chair)']
  try {
    const [office, chair] = await Promise.all([app.signIn('vanphong'), app.signIn('chutri')])
    const hall = await app.signIn('diemcau.tumorong')
    const meetingId = await demoMeetingId(office)
    const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
    const act = async (who: Client, type: string, fields: object = {}) => void (await who.command(meetingId, type, fields))
    await act(hall, 'attendance.checkIn', { representative: { name: 'A Sâm Ngọc', title: 'Chủ tịch' }, headCount: 18 })
    await act(chair, 'meeting.open')
    await act(chair, 'agenda.start', { itemId: (await state()).agenda[0]?.id })
    await act(chair, 'floor.grant', { userId: hall.userId })
    // The hall speaks and looks at the chair: picture and sound go both ways.
    await act(chair, 'stage.pin', { userId: chair.userId })
    const size = { width: 1920, height: 1080 }
    const where = { path: `/meetings/${meetingId}`, size }
    const table = await openWindow(browser, app.baseUrl, { username: 'chutri', ...where })
    const point = await openWindow(hallBrowser, address, { username: 'diemcau.tumorong', ...where })
    await until(
      'both have sound and picture',
      async () => {
        const [one, other] = await Promise.all([arrived(table.page), arrived(point.page)])
        return one.frames > 20 && other.frames > 20 && other.samples > 0
      },
      60_000,
    )
    for (const line of lines) {
      await shape(line)
      const [atHall, atChair] = await Promise.all([measured(point.page, secondsALine), measured(table.page, secondsALine)])
      report.push(
        `  ${line.name}, ${line.kbps} kbit/s, ${line.loss} % lost`,
        `    hall:  ${atHall}`,
        `    chair: ${atChair}`,
        `    hall says: ${await says(point.page)}`,
      )
    }
    return report.join('\n')
  } finally {
    await Promise.all([browser.close(), hallBrowser.close()])
    await app.close()
    await clear()
    await rm(folder, { recursive: true, force: true })
  }
}
