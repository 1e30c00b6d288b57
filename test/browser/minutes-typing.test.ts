import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIme, retypedAs, statesOf, type Ime } from '../kit/ime.ts'
import { startDesk, type Desk, type DeskRoom } from '../kit/minutes-desk.ts'
import { openWriter, type MinutesWriter } from '../kit/minutes-writer.ts'
import { until } from '../kit/until.ts'

/**
 * Vietnamese typed into the minutes while somebody else types in them, by both families of input methods: those that compose
 * a word, and those that take letters back and write them anew.
 */

const titles = {
  burst: 'Gõ nhanh',
  ends: 'Hết từ',
  phone: 'Gõ trên điện thoại',
  marks: 'Định dạng',
  beside: 'Đoạn bên cạnh',
  before: 'Phía trước',
  after: 'Phía sau',
  within: 'Ở giữa',
  removed: 'Xóa đoạn',
  traffic: 'Số lần gửi',
  shift: 'Giữ Shift',
  undo: 'Hoàn tác từng từ',
  line: 'Mất kết nối',
  caret: 'Con trỏ',
} as const

let room: DeskRoom
let minutes: DeskRoom['minutes']
let desk: Desk
let ime: Ime

beforeAll(async () => {
  room = await startDesk(Object.values(titles))
  ;({ minutes, desk } = room)
  ime = await openIme(desk.page)
}, 180_000)
afterAll(() => room.close(), 30_000)

const writers: MinutesWriter[] = []
const writerOf = async (title: string): Promise<MinutesWriter> => {
  const writer = await openWriter(room.app.baseUrl, minutes.office, minutes.meetingId, minutes.sectionOf(title))
  writers.push(writer)
  return writer
}
/** Both ends show these lines. */
const bothRead = async (title: string, writer: MinutesWriter, lines: string[]): Promise<void> => {
  await desk.reads(title, lines)
  await until('the other reads it too', () => JSON.stringify(writer.lines()) === JSON.stringify(lines))
}

describe('one person', () => {
  test('a word taken back and written anew is whole at any speed', async () => {
    const writer = await writerOf(titles.burst)
    await desk.enter(titles.burst)
    await ime.keys('tie<êng<<<ếng ')
    await ime.keys('tie<êng<<<ếng', 20)
    await bothRead(titles.burst, writer, ['tiếng tiếng'])
  })

  test('a composed word ends once, whatever ends it', async () => {
    const { page } = desk
    const box = desk.box(titles.ends)
    await desk.enter(titles.ends)
    await ime.word('Việt')
    await page.keyboard.press('Space')
    await ime.word('Nam')
    await page.keyboard.press('Enter')
    await desk.reads(titles.ends, ['Việt Nam', ''])
    await ime.compose(statesOf('họp'))
    await box.getByText('Việt Nam').click()
    await desk.reads(titles.ends, ['Việt Nam', 'họp'])
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Space')
    await ime.compose(statesOf('sáng'))
    await page.keyboard.press('Tab')
    await desk.reads(titles.ends, ['Việt Nam', 'họp sáng'])
    await desk.enter(titles.ends)
    await page.keyboard.press('Space')
    await ime.compose(statesOf('nay'))
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('button', { name: 'Tiếng Việt' }).click()
    await desk.reads(titles.ends, ['Việt Nam', 'họp sáng nay'])
    await desk.enter(titles.ends)
    await page.keyboard.press('Space')
    await ime.word('xong')
    await page.keyboard.press('Control+S')
    await desk.reads(titles.ends, ['Việt Nam', 'họp sáng nay xong'])
    await desk.saved()
  })

  test('a phone shows the words in the making and takes a suggestion', async () => {
    await desk.enter(titles.phone)
    await ime.compose(['n', 'ng', 'ngh', 'nghi', 'nghi q', 'nghi qu', 'nghi quy'])
    await ime.commit('nghị quyết ')
    await ime.compose(['s', 'so'])
    await ime.commit('số')
    await desk.reads(titles.phone, ['nghị quyết số'])
  })

  test('a word is whole in bold, at the start of a paragraph and in an empty one', async () => {
    const { page } = desk
    const box = desk.box(titles.marks)
    await desk.enter(titles.marks)
    await page.keyboard.press('Control+B')
    await ime.word('đậm')
    await page.keyboard.press('Control+B')
    await page.keyboard.press('Space')
    await ime.retype('thường')
    await page.keyboard.press('Home')
    await ime.word('Rất')
    await desk.reads(titles.marks, ['Rấtđậm thường'])
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await ime.word('Hết')
    await desk.reads(titles.marks, ['Rấtđậm thường', 'Hết'])
    expect(await box.locator('strong').allTextContents()).toEqual([expect.stringContaining('đậm')])
  })

  test('Shift held for a sign does not cost a letter its mark', async () => {
    await desk.enter(titles.shift)
    await ime.retype('dưới')
    await desk.page.keyboard.press('Space')
    await ime.retype('đây')
    await desk.page.keyboard.press('Shift+Semicolon')
    await desk.reads(titles.shift, ['dưới đây:'])
  })

  test('a composed word is sent in few pieces, and nothing more when it is done', async () => {
    const line = await desk.page.context().newCDPSession(desk.page)
    let sent = 0
    line.on('Network.webSocketFrameSent', ({ response }) => {
      if (response.payloadData.includes('"minutes:update"')) sent += 1
    })
    await line.send('Network.enable')
    const writer = await writerOf(titles.traffic)
    await desk.enter(titles.traffic)
    await ime.word('nghiêngngả')
    await bothRead(titles.traffic, writer, ['nghiêngngả'])
    await desk.saved()
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThanOrEqual(12)
    const before = sent
    await ime.word('')
    await desk.page.keyboard.press('ArrowLeft')
    await desk.saved()
    expect(sent).toBe(before)
    await line.detach()
  })

  test('undo takes back a word, not its keys', async () => {
    const { page } = desk
    await desk.enter(titles.undo)
    await ime.word('Ủy')
    await page.keyboard.press('Space')
    await ime.word('ban')
    await page.keyboard.press('Space')
    await ime.retype('nhân', 20)
    await page.keyboard.press('Space')
    await ime.retype('dân', 20)
    await desk.reads(titles.undo, ['Ủy ban nhân dân'])
    await page.keyboard.press('Control+Z')
    await desk.reads(titles.undo, ['Ủy ban nhân '])
    await page.keyboard.press('Control+Z')
    await desk.reads(titles.undo, ['Ủy ban '])
    await page.keyboard.press('Control+Z')
    await desk.reads(titles.undo, ['Ủy '])
    await page.keyboard.press('Control+Y')
    await desk.reads(titles.undo, ['Ủy ban '])
  })
})

/** Types "nghị quyết" by one family, letting the other writer act between the steps. */
const families = {
  composing: async (word: string, between: () => Promise<void>) => {
    for (const state of statesOf(word)) {
      await ime.compose([state])
      await between()
    }
    await ime.commit(word)
  },
  retyping: async (word: string, between: () => Promise<void>) => {
    for (const key of retypedAs(word)) {
      await ime.keys(key)
      await between()
    }
  },
} as const

describe.each(Object.entries(families))('two at once, %s', (family, type) => {
  const prepared = async (title: string): Promise<MinutesWriter> => {
    const writer = await writerOf(title)
    await desk.enter(title)
    await desk.page.keyboard.press('Control+A')
    await desk.page.keyboard.press('Backspace')
    await desk.page.keyboard.type('Trước sau')
    await bothRead(title, writer, ['Trước sau'])
    for (let step = 0; step < 3; step++) await desk.page.keyboard.press('ArrowLeft')
    return writer
  }
  const words = async (between: () => Promise<void>): Promise<void> => {
    await type('nghị', between)
    await ime.keys(' ')
    await type('quyết', between)
    await ime.keys(' ')
  }

  test('in another paragraph', async () => {
    const writer = await prepared(titles.beside)
    await writer.add(1, '')
    await writer.add(2, 'Dòng khác.')
    let count = 0
    await words(async () => {
      count += 1
      await writer.type(2, 0, 'x')
    })
    await bothRead(titles.beside, writer, ['Trước nghị quyết sau', '', `${'x'.repeat(count)}Dòng khác.`])
  })

  test('before the word', async () => {
    const writer = await prepared(titles.before)
    let count = 0
    await words(async () => {
      count += 1
      await writer.type(0, 0, 'b')
    })
    await bothRead(titles.before, writer, [`${'b'.repeat(count)}Trước nghị quyết sau`])
  })

  test('behind the word', async () => {
    const writer = await prepared(titles.after)
    let count = 0
    await words(async () => {
      count += 1
      const text = writer.lines()[0] ?? ''
      await writer.type(0, text.length, 'c')
    })
    await bothRead(titles.after, writer, [`Trước nghị quyết sau${'c'.repeat(count)}`])
  })

  test('within the word, nothing is lost or doubled on either side', async () => {
    const writer = await prepared(titles.within)
    let count = 0
    await words(async () => {
      const text = writer.lines()[0] ?? ''
      const middle = text.indexOf('Trước n') + 'Trước n'.length
      if (!text.includes('Trước n')) return
      count += 1
      await writer.type(0, middle, '·')
    })
    await until(
      'both read the same',
      async () => JSON.stringify(writer.lines()) === JSON.stringify(await desk.lines(titles.within)),
    )
    const [text = ''] = writer.lines()
    expect(count).toBeGreaterThan(0)
    expect(text.split('·').length - 1).toBe(count)
    expect(text.replaceAll('·', '')).toBe('Trước nghị quyết sau')
  })

  test('the paragraph goes while a word is made: the caret stands somewhere, what is typed next is there', async () => {
    const writer = await prepared(titles.removed)
    await writer.add(1, 'Còn lại.')
    await desk.reads(titles.removed, ['Trước sau', 'Còn lại.'])
    let step = 0
    await words(async () => {
      step += 1
      if (step === 3) await writer.remove(0)
    })
    await desk.page.keyboard.press('Control+End')
    await ime.keys(' Tiếp')
    await until(
      'both read the same',
      async () => JSON.stringify(writer.lines()) === JSON.stringify(await desk.lines(titles.removed)),
    )
    expect(writer.lines().at(-1)).toMatch(/^Còn lại\.|Tiếp$/)
    expect(writer.lines().join('\n')).toContain('Tiếp')
  })

  test(`nothing is wrong on the page (${family})`, () => {
    for (const writer of writers.splice(0)) writer.close()
    expect(desk.complaints).toEqual([])
  })
})

test('the caret stays where Home and End have put it, however fast somebody else types below', async () => {
  const { keyboard } = desk.page
  const rounds = 30
  await desk.enter(titles.caret)
  await keyboard.type('Đắk')
  await desk.saved()
  const writer = await writerOf(titles.caret)
  await writer.add(1, '.')
  let isTyping = true
  const typing = (async () => {
    while (isTyping) await writer.type(1, 0, '.')
  })()
  for (let round = 0; round < rounds; round++) {
    await keyboard.press('Home')
    await keyboard.type('(')
    await keyboard.press('End')
    await keyboard.type(')')
  }
  isTyping = false
  await typing
  await bothRead(titles.caret, writer, [`${'('.repeat(rounds)}Đắk${')'.repeat(rounds)}`, writer.lines()[1] ?? ''])
})

test('a word that is being made when the line drops is there once when it is back', async () => {
  const writer = await writerOf(titles.line)
  await desk.enter(titles.line)
  await ime.compose(['n', 'ng'])
  await desk.page.context().setOffline(true)
  await desk.page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
  await ime.compose(['ngh', 'nghi', 'nghị'])
  await ime.commit('nghị')
  await desk.page.context().setOffline(false)
  await bothRead(titles.line, writer, ['nghị'])
  await desk.saved()
  writer.close()
})
