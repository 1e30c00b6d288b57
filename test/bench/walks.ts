import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import type { MeetingState } from '#domain/meeting/state.ts'
import { artefacts, button, openBrowser, openWindow, settled } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type Client } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/**
 * Each person's five things in a real meeting, done in the running product while ten bridge points are alive with picture and
 * sound: how many taps and keys each takes beside text that is typed, how long until the screen says that it is done, and a
 * picture before and after. `npm run bench -- walks`; the pictures are in test-artefacts/walks.
 */

const tablet = { width: 1280, height: 800 }
const laptop = { width: 1366, height: 768 }
const large = { width: 1920, height: 1080 }

interface Step {
  face: string
  thing: string
  acts: number
  budget: number | undefined
  ms: number
}

/** One person's hands: counts what they do. */
interface Hands {
  page: Page
  tap: (target: Locator) => Promise<void>
  press: (...keys: string[]) => Promise<void>
  /** Text is not counted: it would be typed anywhere. */
  type: (text: string) => Promise<void>
}

export async function walkFaces(): Promise<string> {
  const folder = path.join(artefacts, 'walks')
  await mkdir(folder, { recursive: true })
  // An empty setting is none: the local LiveKit is found or built.
  const [app, browser] = await Promise.all([startRoomApp({ LIVEKIT_URL: '' }), openBrowser()])
  const steps: Step[] = []
  try {
    const [desk, hall] = await Promise.all([app.signIn('vanphong'), app.signIn('diemcau.tumorong')])
    const meetingId = await demoMeetingId(desk)
    const state = async () => ((await desk.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
    const meets = (what: string, check: (now: MeetingState) => boolean) => until(what, async () => check(await state()), 60_000)
    await desk.send('POST', '/api/demo/bridges', { meetingId, behaviour: 'lively' })
    await meets('the bridge points are in', (now) => now.attendance.length >= 9)

    const pages = await openFaces(browser, app.baseUrl, { meetingId, desk, hall })
    const walk = async (
      face: keyof typeof pages,
      thing: string,
      budget: number | undefined,
      act: (hands: Hands) => Promise<unknown>,
    ) => {
      const page = pages[face]
      const name = `${String(steps.length + 1).padStart(2, '0')}-${face}`
      let acts = 0
      const hands: Hands = {
        page,
        tap: (target) => {
          acts += 1
          return target.click()
        },
        press: async (...keys) => {
          acts += keys.length
          for (const key of keys) await page.keyboard.press(key)
        },
        type: (text) => page.keyboard.type(text),
      }
      await settled(page)
      await page.screenshot({ path: path.join(folder, `${name}-before.png`) })
      const start = performance.now()
      await act(hands)
      const ms = performance.now() - start
      await settled(page)
      await page.screenshot({ path: path.join(folder, `${name}-after.png`) })
      steps.push({ face, thing, acts, budget, ms })
      process.stderr.write(`${name} ${thing}: ${acts} acts, ${ms.toFixed(0)} ms\n`)
    }
    const says = (page: Page, words: string | RegExp) => page.getByText(words).filter({ visible: true }).first().waitFor()
    const field = (page: Page, name: string) =>
      until(`${name} is asked`, () => page.getByLabel(name).evaluate((one) => one === document.activeElement))

    // Before the opening.
    await walk('bridge', 'comes in by a link it has never seen', undefined, async ({ page, tap, type }) => {
      await tap(page.getByLabel('Họ và tên'))
      await type('A Sâm Ngọc')
      await tap(page.getByLabel('Chức vụ'))
      await type('Chủ tịch UBND huyện')
      await page.getByLabel('Số người tại điểm cầu').fill('18')
      await tap(button(page, 'Vào phòng họp'))
      await says(page, 'Cuộc họp chưa bắt đầu')
    })
    await walk('office', 'finds who is not there and has a new link for them', undefined, async ({ page, press, type }) => {
      await press('/')
      await type('dak glei')
      await press('Enter', 'l')
      await page.getByRole('dialog').getByLabel('Đường dẫn', { exact: true }).waitFor()
    })
    await pages.office.keyboard.press('Escape')
    await pages.office.keyboard.press('Escape')
    await walk('chair', 'opens the meeting', 1, async ({ page, tap }) => {
      await tap(button(page, 'Bắt đầu họp'))
      await button(page, 'Bắt đầu nội dung').waitFor()
    })
    await walk('chair', 'starts the next item', 1, async ({ page, tap }) => {
      await tap(button(page, 'Bắt đầu nội dung'))
      await meets('the item runs', (now) => now.currentItemId !== undefined)
    })
    await walk('projector', 'shows the item by itself', 0, ({ page }) => says(page, 'Nội dung 1'))
    await walk('bridge', 'asks for the floor and reads its place', 1, async ({ page, tap }) => {
      await tap(button(page, 'Xin phát biểu'))
      await button(page, 'Thôi phát biểu').waitFor()
    })
    await walk('department', 'asks for the floor', 1, async ({ page, tap }) => {
      await tap(button(page, 'Xin phát biểu'))
      await button(page, 'Thôi phát biểu').waitFor()
    })
    await walk('chair', 'gives the floor to the first in the queue', 1, async ({ page, tap }) => {
      await tap(button(page, 'Mời phát biểu'))
      await meets('somebody speaks', (now) => now.floor.holder !== undefined)
    })
    await walk('projector', 'shows who speaks by itself', 0, ({ page }) => says(page, 'Phát biểu'))
    await walk('chair', 'gives it to our hall, wherever it stands', 1, async ({ page, tap }) => {
      const row = page
        .getByRole('listitem')
        .filter({ hasText: /Tu Mơ Rông/ })
        .filter({ has: page.getByRole('button', { name: /^Mời phát biểu/ }) })
      await tap(row.getByRole('button', { name: /^Mời phát biểu/ }).first())
      await meets('our hall speaks', (now) => now.floor.holder?.userId === hall.userId)
    })
    await walk('bridge', 'speaks: sees that it is heard', 0, ({ page }) => says(page, 'Micrô đang bật'))
    await walk('secretary', 'stamps speaker and time, and types', 1, async ({ page, press, type }) => {
      await page.keyboard.press('Control+J')
      await press('Control+.')
      await type(' Huyện báo cáo còn 41 hộ chưa nhận tiền bồi thường.')
      await says(page, 'Đã lưu.')
    })
    await walk('bridge', 'gives the floor back', 1, async ({ page, tap }) => {
      await tap(button(page, 'Kết thúc phát biểu'))
      await button(page, 'Xin phát biểu').waitFor()
    })
    await walk('secretary', 'makes a passage a proposed conclusion', 6, async ({ page, press, type }) => {
      await page.keyboard.press('Enter')
      await type('Giao UBND huyện Tu Mơ Rông phê duyệt phương án bồi thường đợt một, bàn giao mặt bằng cho nhà thầu.')
      await press('Control+K')
      await field(page, 'Đơn vị chủ trì')
      await type('tu mo rong')
      await press('Enter')
      await field(page, 'Đơn vị phối hợp')
      await press('Enter')
      await field(page, 'Hạn hoàn thành')
      await type('thứ sáu tuần sau')
      await press('Enter')
      await field(page, 'Sản phẩm')
      await press('Enter')
      await meets('it is proposed', (now) => now.conclusions[0]?.status === 'proposed')
    })
    await walk('chair', 'reads it and approves', 1, async ({ page, tap }) => {
      await tap(button(page, 'Duyệt'))
      await meets('it is approved', (now) => now.conclusions[0]?.status === 'approved')
    })
    await walk('secretary', 'issues it', 2, async ({ page, press }) => {
      await press('Control+Enter')
      const yes = page.getByRole('alertdialog').getByRole('button', { name: 'Ban hành' })
      await yes.focus()
      await press('Enter')
      await meets('it is issued', (now) => now.conclusions[0]?.status === 'issued')
    })
    await walk('projector', 'shows the conclusion by itself', 0, ({ page }) => says(page, /01\/TB-UBND/))
    await walk('bridge', 'takes the conclusion home: acknowledges', 1, async ({ page, tap }) => {
      await tap(button(page, 'Xác nhận đã nhận'))
      await meets('it is acknowledged', (now) => now.conclusions[0]?.acknowledgedBy.length === 1)
    })
    await walk('bridge', 'reads the minutes', 1, async ({ page, tap }) => {
      await tap(button(page, 'Biên bản'))
      await says(page, /còn 41 hộ/)
    })
    await pages.bridge.keyboard.press('Escape')
    await walk('bridge', 'calls for help', 1, async ({ page, tap }) => {
      await tap(button(page, 'Gọi hỗ trợ'))
      await meets('help is called', (now) => now.help.some((one) => one.userId === hall.userId))
    })
    await walk('office', 'settles the oldest call for help', 1, async ({ page, press }) => {
      await press('h')
      await meets('it is settled', (now) => now.help.every((one) => one.resolvedAt !== undefined))
      await settled(page)
    })
    await walk('office', 'calls a point', undefined, async ({ page, press, type }) => {
      await press('/')
      await type('tu mo rong')
      await press('Enter', 'g')
      await says(pages.bridge, /đang gọi điểm cầu/)
      await settled(page)
    })
    await pages.bridge.keyboard.press('y')
    await walk('office', 'mutes a point that makes noise', 3, async ({ press, type }) => {
      await press('/')
      await type('dak glei')
      await press('Enter', 'm')
      await meets('it is muted', (now) => now.participants.muted.length > 0)
    })
    await walk('office', 'corrects who represents a point', 4, async ({ page, press, type }) => {
      await press('/')
      await type('dak ha')
      await press('Enter', 'd')
      await page.getByRole('dialog').getByLabel('Họ và tên').fill('Phạm Thị Thương')
      await press('Enter')
      await meets('it is corrected', (now) => now.attendance.some((one) => one.representative.name === 'Phạm Thị Thương'))
    })
    await walk('office', 'tells everybody something', 3, async ({ page, press, tap, type }) => {
      await press('2')
      await tap(page.getByLabel('Nội dung gửi mọi người'))
      await type('Giải lao mười phút sau nội dung này.')
      await press('Enter')
      await meets('it is told', (now) => now.notices.length > 0)
    })
    await walk('department', 'takes its request back', 1, async ({ page, tap }) => {
      await tap(button(page, 'Thôi phát biểu'))
      await button(page, 'Xin phát biểu').waitFor()
    })
    await walk('department', 'asks to reply', 2, async ({ page, tap }) => {
      await tap(button(page, 'Đăng ký khác'))
      await tap(page.getByRole('dialog').getByRole('button', { name: /^Đăng ký Trả lời/ }))
      await meets('it waits to reply', (now) => now.floor.queue.some((one) => one.kind === 'reply'))
    })
    await pages.department.keyboard.press('Escape')
    await walk('department', 'reads the minutes', 1, async ({ page, press }) => {
      await press('b')
      await says(page, /còn 41 hộ/)
    })
    await walk('leader', 'asks for the floor', 1, async ({ page, tap }) => {
      await tap(button(page, 'Xin phát biểu'))
      await button(page, 'Thôi phát biểu').waitFor()
    })
    await walk('chair', 'puts a question to the vote', 2, async ({ page, tap }) => {
      await tap(button(page, 'Mở biểu quyết'))
      await page.getByRole('dialog').waitFor()
      await tap(page.getByRole('dialog').getByRole('button', { name: /^Mở biểu quyết/ }))
      await meets('a vote is open', (now) => now.votes.length === 1)
    })
    await walk('leader', 'votes', 2, async ({ page, tap }) => {
      await tap(page.getByLabel('Tán thành', { exact: true }))
      await tap(button(page, 'Biểu quyết'))
      await meets('it is cast', (now) => now.votes[0]?.cast.length === 1)
    })
    await walk('projector', 'shows the vote by itself', 0, ({ page }) => says(page, /^Đã biểu quyết 1/))
    await walk('secretary', 'finds a word in all sections', 1, async ({ page, press, type }) => {
      await press('Control+F')
      await type('mat bang')
      await says(page, /^1 \/ \d/)
    })
    await pages.secretary.keyboard.press('Escape')
    await walk('secretary', 'reads an earlier moment beside the present', 1, async ({ page, press }) => {
      await press('Control+H')
      await page.getByRole('dialog', { name: 'Biên bản tại một thời điểm trước' }).waitFor()
    })
    return table(steps)
  } finally {
    await writeFile(path.join(folder, 'index.html'), await sheet(folder, steps))
    await browser.close()
    await app.close()
  }
}

async function openFaces(
  browser: Browser,
  baseUrl: string,
  { meetingId, desk, hall }: { meetingId: string; desk: Client; hall: Client },
) {
  const room = `/meetings/${meetingId}`
  const link = await desk.send('POST', `/api/meetings/${meetingId}/join-links`, { unitId: hall.unitId })
  const { pathname } = new URL((link.body as { url: string }).url)
  const open = async (username: string | undefined, address: string, size: { width: number; height: number }) => {
    const person = username === undefined ? {} : { username }
    const { page } = await openWindow(browser, baseUrl, { ...person, path: address, size, touch: size === tablet })
    page.setDefaultTimeout(60_000)
    return page
  }
  return {
    chair: await open('chutri', room, tablet),
    secretary: await open('thuky', room, laptop),
    office: await open('vanphong', `${room}/office`, laptop),
    leader: await open('pct.1', room, tablet),
    department: await open('so.stc', room, laptop),
    projector: await open('vanphong', `${room}/projector`, large),
    bridge: await open(undefined, pathname, large),
  }
}

const table = (steps: Step[]): string =>
  [
    'Walks (ten bridge points alive; acts beside text typed)',
    ...steps.map(
      ({ face, thing, acts, budget, ms }) =>
        `  ${face.padEnd(11)}${thing.padEnd(56)}${String(acts).padStart(2)} acts${budget === undefined ? '        ' : ` (<= ${budget})`}  ${(ms / 1000).toFixed(1).padStart(5)} s`,
    ),
  ].join('\n')

async function sheet(folder: string, steps: Step[]): Promise<string> {
  const image = async (name: string) =>
    `<img src="data:image/png;base64,${(await readFile(path.join(folder, `${name}.png`))).toString('base64')}">`
  const rows = await Promise.all(
    steps.map(async ({ face, thing, acts, ms }, at) => {
      const name = `${String(at + 1).padStart(2, '0')}-${face}`
      return `<h2>${at + 1}. ${face}: ${thing} (${acts} acts, ${(ms / 1000).toFixed(1)} s)</h2><div>${await image(`${name}-before`)}${await image(`${name}-after`)}</div>`
    }),
  )
  return `<!doctype html><meta charset="utf-8"><title>Walks</title><style>body{font:14px sans-serif}div{display:grid;grid-template-columns:1fr 1fr;gap:8px}img{width:100%}</style>${rows.join('')}`
}
