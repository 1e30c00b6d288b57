import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { picture } from '../kit/browser.ts'
import { openIme } from '../kit/ime.ts'
import { deskOf, isWritable, openDesk, startDesk, type Desk, type DeskRoom } from '../kit/minutes-desk.ts'
import { openWriter } from '../kit/minutes-writer.ts'
import { until } from '../kit/until.ts'

/** The secretary's desk: the hands stay on the keyboard, every word is kept, two may write at once. */

const titles = {
  conclusions: 'Giải ngân vốn đầu tư công',
  past: 'Phòng, chống thiên tai',
  find: 'Giải phóng mặt bằng',
  paste: 'Chuyển đổi số',
  marks: 'Cải cách hành chính',
  together: 'An ninh trật tự',
  offline: 'Tài nguyên và môi trường',
  outdated: 'Việc khác',
} as const

let room: DeskRoom
let minutes: DeskRoom['minutes']
let desk: Desk
let page: Page

beforeAll(async () => {
  room = await startDesk(Object.values(titles))
  ;({ minutes, desk } = room)
  ;({ page } = desk)
}, 180_000)
afterAll(() => room.close(), 30_000)

const colleague = (): Promise<Desk> => {
  const { meetingId } = minutes
  return openDesk(room.browser, room.app.baseUrl, { ...minutes.colleague, meetingId, titles: [titles.together, titles.offline] })
}
const focusedField = (): Promise<string> =>
  page.evaluate(() =>
    document.activeElement instanceof HTMLInputElement ? (document.activeElement.labels?.[0]?.textContent ?? '') : '',
  )
const onField = (name: string): Promise<true> =>
  until(`the keys are in ${name}`, async () => (await focusedField()).startsWith(name))
const block = () => desk.box(titles.conclusions).getByRole('region', { name: 'Kết luận' })
const status = () => page.getByRole('status')

describe('a passage becomes a conclusion', () => {
  test('in five key presses beside the text: the unit without marks, the day as one says it, the last Enter proposes', async () => {
    const { keyboard } = page
    await desk.enter(titles.conclusions)
    await keyboard.type('Huyện báo cáo còn 41 hộ.')
    await keyboard.press('Enter')
    await keyboard.type('Giao huyện Tu Mơ Rông phê duyệt phương án.')
    await keyboard.press('Control+K')
    await onField('Đơn vị chủ trì')
    await keyboard.type('tu mo rong')
    await page.getByRole('option', { name: /Tu Mơ Rông/ }).waitFor()
    await keyboard.press('Enter')
    await onField('Đơn vị phối hợp')
    await keyboard.press('Enter')
    await onField('Hạn hoàn thành')
    await keyboard.type('thứ sáu tuần sau')
    await page.getByText('Hiểu là').waitFor()
    await keyboard.press('Enter')
    await onField('Sản phẩm')
    await keyboard.press('Enter')
    await block().getByText('Đã trình').waitFor()
    await keyboard.type('Dòng tiếp theo.')
    expect((await desk.lines(titles.conclusions)).at(-1)).toBe('Dòng tiếp theo.')
    await picture(page, 'secretary-proposed')
  })

  test('the block shows the log’s words, whatever stands in the draft, to readers too', async () => {
    const writer = await openWriter(room.app.baseUrl, minutes.office, minutes.meetingId, minutes.sectionOf(titles.conclusions))
    await writer.type(1, 0, 'Sửa lén: ')
    await until('the draft has changed', () => writer.lines()[1]?.startsWith('Sửa lén'))
    await writer.type(0, 0, '* ')
    await desk.box(titles.conclusions).getByText('* Huyện báo cáo').waitFor()
    await expect(block().getByText('Sửa lén').isVisible()).resolves.toBe(false)
    await expect(
      block().getByText('Giao huyện Tu Mơ Rông phê duyệt phương án.', { exact: true }).first().isVisible(),
    ).resolves.toBe(true)
    writer.close()
  })

  test('returned, it is mended and proposed again; approved, one key issues it, asked once', async () => {
    const { chair, meetingId } = minutes
    const conclusion = async () => {
      const { body } = await chair.get(`/api/meetings/${meetingId}`)
      return (body as { meeting: { conclusions: { id: string; status: string; text: string }[] } }).meeting.conclusions[0]
    }
    const conclusionId = (await conclusion())?.id
    await chair.command(meetingId, 'conclusion.return', { conclusionId, remark: 'Ghi rõ đợt một' })
    await block().getByText('Ghi rõ đợt một').waitFor()
    await page.getByRole('button', { name: 'Sửa và trình lại' }).click()
    await page.getByLabel('Nội dung kết luận').fill('Giao huyện Tu Mơ Rông phê duyệt phương án đợt một.')
    await page.getByLabel('Sản phẩm').press('Enter')
    await block().getByText('phương án đợt một.').first().waitFor()
    await chair.command(meetingId, 'conclusion.approve', { conclusionId })
    await block().getByText('Đã duyệt').waitFor()
    await desk.enter(titles.conclusions)
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Ban hành' }).press('Enter')
    await block().getByText('01/TB-UBND').waitFor()
    expect((await conclusion())?.status).toBe('issued')
    expect(await desk.lines(titles.conclusions)).toHaveLength(3)
  })

  test('the caret walks around the block, and deleting does not melt text into it', async () => {
    await desk.enter(titles.conclusions)
    await page.keyboard.press('Home')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('Và ')
    expect((await desk.lines(titles.conclusions)).at(-1)).toBe('Và Dòng tiếp theo.')
  })
})

describe('keys', () => {
  test('one key stamps time and speaker, another goes to the running item, letters only type', async () => {
    await desk.enter(titles.past)
    await page.keyboard.type('?ngpa')
    await page.keyboard.press('Control+.')
    await until('the stamp is there', async () => /^\d\d:\d\d – /.test((await desk.lines(titles.past))[1] ?? ''))
    expect((await desk.lines(titles.past))[0]).toBe('?ngpa')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('Control+J')
    await page.keyboard.type(' Đến đây.')
    expect((await desk.lines(titles.conclusions)).at(-1)).toContain('Đến đây.')
  })

  test('arrow keys walk across sections, Escape leaves the text and ? lists the keys', async () => {
    await page.keyboard.press('ArrowDown')
    await until('the caret is in the next section', () => desk.box(titles.past).evaluate((box) => box === document.activeElement))
    await page.keyboard.press('ArrowUp')
    await until('it is back', () => desk.box(titles.conclusions).evaluate((box) => box === document.activeElement))
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE')
    await page.keyboard.press('Shift+?')
    await page.getByRole('dialog', { name: 'Phím tắt' }).waitFor()
    await page.keyboard.press('Escape')
  })
})

describe('what was', () => {
  test('earlier moments of a section, beside the present, with who wrote each line', async () => {
    const writer = await openWriter(room.app.baseUrl, minutes.office, minutes.meetingId, minutes.sectionOf(titles.past))
    await writer.add(writer.lines().length, 'Văn phòng bổ sung.')
    writer.close()
    await desk.box(titles.past).getByText('Văn phòng bổ sung.').waitFor()
    await desk.enter(titles.past)
    await page.keyboard.press('Control+H')
    const panel = page.getByRole('dialog', { name: 'Biên bản tại một thời điểm trước' })
    await panel.getByText('Văn phòng bổ sung.').waitFor()
    await panel.getByRole('slider', { name: 'Thời điểm' }).fill('0')
    await panel.getByText('Văn phòng bổ sung.').waitFor({ state: 'detached' })
    await panel.getByRole('document').getByText('?ngpa').waitFor()
    await desk.box(titles.past).getByText('Văn phòng bổ sung.').waitFor()
    await picture(page, 'secretary-past')
    await panel.getByRole('button', { name: 'Đóng' }).click()
    await page.keyboard.press('Alt+A')
    await until('both authors are named', async () => {
      const named = await desk.box(titles.past).evaluate((box) => [...box.querySelectorAll('[data-author]')].length)
      return named === 2
    })
    await page.keyboard.press('Alt+A')
  })

  test('words are found in all sections, typed without marks', async () => {
    await desk.enter(titles.find)
    await page.keyboard.type('Giải phóng mặt bằng chậm; giải phóng được 3 ha.')
    await page.keyboard.press('Control+F')
    await page.keyboard.type('giai phong')
    await status().filter({ hasText: '1 / 2' }).waitFor()
    await page.keyboard.press('Enter')
    await status().filter({ hasText: '2 / 2' }).waitFor()
    await page.getByRole('searchbox', { name: 'Tìm trong biên bản' }).fill('dot mot')
    await status().filter({ hasText: '1 / 1' }).waitFor()
    await page.getByRole('searchbox', { name: 'Tìm trong biên bản' }).fill('không có đâu')
    await status().filter({ hasText: 'Không tìm thấy' }).waitFor()
    await page.keyboard.press('Escape')
  })
})

describe('what is pasted', () => {
  const paste = (html: string, text = ''): Promise<void> =>
    desk.box(titles.paste).evaluate(
      (box, data) => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text/html', data.html)
        clipboardData.setData('text/plain', data.text)
        box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
      },
      { html, text },
    )
  const html = (): Promise<string> => desk.box(titles.paste).evaluate((box) => box.innerHTML)

  test('from Word: paragraphs, lists and bold, nothing else, in the normal form', async () => {
    await desk.enter(titles.paste)
    await paste(`<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{color:red}</style></head><body>
      <p class=MsoNormal style='font-family:"Times New Roman";color:red'>${'Ủy ban nhân dân'.normalize('NFD')} <b>tỉnh</b><o:p></o:p></p>
      <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span>Điểm một<o:p></o:p></p>
      <p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>-<span>&nbsp;</span></span>Ý nhỏ</p>
      <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.<span>&nbsp;</span></span>Điểm <span style='font-weight:bold'>hai</span></p>
      <p class=MsoNormal><img src="http://127.0.0.1:1/x.png">Hết</p></body></html>`)
    const box = desk.box(titles.paste)
    await box.getByText('Hết').waitFor()
    expect(await box.locator('p').first().textContent()).toBe('Ủy ban nhân dân tỉnh'.normalize('NFC'))
    expect(await box.locator('strong').allTextContents()).toEqual(['tỉnh', 'hai'])
    expect(await box.locator('ol > li').count()).toBe(2)
    expect(await box.locator('ol > li ul > li').allTextContents()).toEqual(['Ý nhỏ'])
    expect(await html()).not.toMatch(/color|font-family|<img|o:p|mso/)
  })

  test('from Excel: a table', async () => {
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Enter')
    await paste(`<html><body><!--StartFragment--><table border=0 cellpadding=0 style='border-collapse:collapse'><col width=64>
      <tr height=20><td class=xl65 style='background:yellow'>Huyện</td><td>Số hộ</td></tr>
      <tr><td>Đăk Hà</td><td align=right>41</td></tr></table><!--EndFragment--></body></html>`)
    const rows = desk.box(titles.paste).locator('table tr')
    await until('the table is there', async () => (await rows.count()) === 2)
    expect(await rows.locator('td, th').allTextContents()).toEqual(['Huyện', 'Số hộ', 'Đăk Hà', '41'])
    expect(await html()).not.toMatch(/yellow|xl65/)
    await desk.saved()
  })
})

test('marks, numbered points and a table from the keyboard and the buttons', async () => {
  await desk.enter(titles.marks)
  await page.keyboard.press('Control+I')
  await page.keyboard.type('nghiêng')
  await page.keyboard.press('Control+I')
  await page.keyboard.press('Enter')
  await page.keyboard.type('1. Một')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Hai')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Chèn bảng' }).click()
  await page.keyboard.type('Ô một')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Ô hai')
  const box = desk.box(titles.marks)
  expect(await box.locator('em').textContent()).toBe('nghiêng')
  expect(await box.locator('ol > li').allTextContents()).toEqual(['Một', 'Hai'])
  expect((await box.locator('th').allTextContents()).slice(0, 2)).toEqual(['Ô một', 'Ô hai'])
  await desk.saved()
})

test('in the fields of a conclusion both families of input methods find a unit, with the list open', async () => {
  const ime = await openIme(page)
  await desk.enter(titles.marks)
  await page.keyboard.press('Control+K')
  await onField('Đơn vị chủ trì')
  await ime.keys('dd<<đ')
  expect(await page.getByRole('combobox', { name: 'Đơn vị chủ trì' }).inputValue()).toBe('đ')
  await ime.keys('ăk hà')
  await page.getByRole('option', { name: /Đăk Hà/ }).waitFor()
  await page.keyboard.press('Enter')
  await onField('Đơn vị phối hợp')
  await ime.word('đăk')
  await ime.keys(' ')
  await ime.word('tô')
  await page.getByRole('option', { name: /Đăk Tô/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Bỏ .*Đăk Tô/ }).waitFor()
  await page.keyboard.press('Enter')
  await onField('Hạn hoàn thành')
  await ime.word('mai')
  await page.getByText('Hiểu là').waitFor()
  await page.getByRole('button', { name: 'Hủy' }).click()
})

describe('two secretaries', () => {
  test('type into one paragraph at once: both texts are whole, and each takes back their own', async () => {
    const other = await colleague()
    await desk.enter(titles.together)
    await page.keyboard.type('|')
    await desk.saved()
    await other.reads(titles.together, ['|'])
    await page.keyboard.press('Home')
    await other.enter(titles.together)
    const mine = 'Công an tỉnh báo cáo. '
    const theirs = ' Quân sự báo cáo.'
    await Promise.all([page.keyboard.type(mine, { delay: 15 }), other.page.keyboard.type(theirs, { delay: 15 })])
    for (const one of [desk, other]) await one.reads(titles.together, [`${mine}|${theirs}`])
    // Word by word; where the other's words came in between, a word may take two presses.
    for (const _ of theirs) await other.page.keyboard.press('Control+Z')
    for (const one of [desk, other]) await one.reads(titles.together, [`${mine}|`])
    expect(other.complaints).toEqual([])
    await other.page.context().close()
  })

  test('what is typed without a line is counted, kept over a new page, and merged', async () => {
    const other = await colleague()
    const mine = await openDesk(room.browser, room.app.baseUrl, {
      ...{ username: 'thuky', meetingId: minutes.meetingId, titles: [titles.offline] },
    })
    await mine.enter(titles.offline)
    await mine.page.keyboard.type('Chung. ')
    await mine.saved()
    await mine.page.context().setOffline(true)
    await mine.page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
    await mine.page.keyboard.type('Khi mất mạng.')
    await mine.page
      .getByRole('status')
      .filter({ hasText: /Mất kết nối.*\d+ thay đổi chưa lưu/s })
      .waitFor()
    await other.enter(titles.offline)
    await other.page.keyboard.press('Home')
    await other.page.keyboard.type('Người kia: ')
    await other.saved()
    await mine.page.close({ runBeforeUnload: false })
    await mine.page.context().setOffline(false)
    const again = await mine.page.context().newPage()
    await again.goto(`${room.app.baseUrl}/meetings/${minutes.meetingId}`)
    const fresh = deskOf(again)
    await isWritable(fresh.box(titles.offline))
    for (const one of [fresh, other]) await one.reads(titles.offline, ['Người kia: Chung. Khi mất mạng.'])
    await fresh.saved()
    await again.context().close()
    await other.page.context().close()
  })
})

test('a page of an older build loads anew and keeps what was typed', async () => {
  const { context } = await withOldBuild(room.browser, room.app.baseUrl)
  const old = await context.newPage()
  let loads = 0
  old.on('load', () => (loads += 1))
  await old.goto(`${room.app.baseUrl}/meetings/${minutes.meetingId}`)
  const one = deskOf(old)
  await isWritable(one.box(titles.outdated))
  await one.enter(titles.outdated)
  await old.keyboard.insertText('Gõ ở bản cũ.')
  await until('the page is loaded anew', () => loads === 2, 20_000)
  await isWritable(one.box(titles.outdated))
  await desk.box(titles.outdated).getByText('Gõ ở bản cũ.').waitFor()
  await context.close()
})

test('nothing went wrong on the page', () => {
  expect(desk.complaints).toEqual([])
})

/** A browser whose first page says that it is of another build. */
async function withOldBuild(from: Browser, baseUrl: string) {
  const context = await from.newContext({ viewport: { width: 1440, height: 900 }, locale: 'vi-VN' })
  await context.request.post(`${baseUrl}/api/session`, { data: { username: 'thuky', password: 'demo' } })
  let pages = 0
  await context.routeWebSocket(/socket\.io/, (line) => {
    pages += 1
    const isOld = pages === 1
    const server = line.connectToServer()
    line.onMessage((message) => {
      const text = message.toString()
      server.send(isOld && text.includes('minutes:update') ? text.replace(/"build":"[^"]*"/, '"build":"minutes-0"') : text)
    })
  })
  return { context }
}
