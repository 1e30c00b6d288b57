import type { CDPSession, Page } from 'playwright-core'

/**
 * Vietnamese as the two families of input methods type it. `compose` is Windows Telex, macOS, Android, ibus: the word is
 * underlined until it is done. `retype` is UniKey, EVKey, OpenKey: plain keys, then Backspace and the letters anew.
 */
export interface Ime {
  /** Shows the word in the making, a state after the other, and leaves it underlined. */
  compose: (states: string[]) => Promise<void>
  /** Ends the composition with this text. */
  commit: (text: string) => Promise<void>
  /** A whole word in composition: its plain letters one by one, then with its marks, then done. */
  word: (word: string) => Promise<void>
  /** Keys as a backspace sender sends them: `<` is a Backspace. */
  keys: (keys: string, pauseMs?: number) => Promise<void>
  /** A whole word from a backspace sender. */
  retype: (word: string, pauseMs?: number) => Promise<void>
}

export async function openIme(page: Page): Promise<Ime> {
  const line = await page.context().newCDPSession(page)
  const compose = async (states: string[]): Promise<void> => {
    for (const text of states)
      await line.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  }
  const commit = (text: string): Promise<void> => line.send('Input.insertText', { text }).then(() => undefined)
  const keys = async (sent: string, pauseMs = 0): Promise<void> => {
    for (const key of sent) {
      await press(line, key)
      if (pauseMs > 0) await page.waitForTimeout(pauseMs)
    }
  }
  return {
    compose,
    commit,
    keys,
    word: async (word) => {
      await compose(statesOf(word))
      await commit(word)
    },
    retype: (word, pauseMs) => keys(retypedAs(word), pauseMs),
  }
}

/** The word in the making: `ti tie tien tieng tiếng` for `tiếng`. */
export function statesOf(word: string): string[] {
  const plain = withoutMarks(word)
  return [...[...plain].map((_, index) => plain.slice(0, index + 1)), word]
}

/** `tieng<<<ếng` for `tiếng`: what differs is taken back and written anew. */
export function retypedAs(word: string): string {
  const letters = [...word]
  const plain = [...withoutMarks(word)]
  const first = letters.findIndex((letter, index) => letter !== plain[index])
  if (first < 0) return word
  return plain.join('') + '<'.repeat(plain.length - first) + letters.slice(first).join('')
}

const withoutMarks = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D')

/** A letter that is on no key comes as a packet, the way Windows hands it on. */
const packet = 231

async function press(line: CDPSession, key: string): Promise<void> {
  const isBackspace = key === '<'
  const code = isBackspace ? 8 : /^[a-z ]$/i.test(key) ? key.toUpperCase().charCodeAt(0) : packet
  const named = { key: isBackspace ? 'Backspace' : key, windowsVirtualKeyCode: code, nativeVirtualKeyCode: code }
  await line.send('Input.dispatchKeyEvent', { type: 'keyDown', ...named, ...(isBackspace ? {} : { text: key }) })
  await line.send('Input.dispatchKeyEvent', { type: 'keyUp', ...named })
}
