/** Six digits: shorter ones are refused by the caret's own check. Each carries white letters in both themes. */
const colours = ['#7a2e2e', '#2e5a7a', '#2e7a4f', '#6b4a8a', '#8a6d1f', '#a34b1c'] as const

/** The colour of a person's caret in the text that many write: always the same for the same id. */
export const caretColour = (id: string): string =>
  colours[[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % colours.length] ?? colours[0]
