import { cleanText } from './description.ts'

/** Everybody who gets a document whatever it says, in the order of their rank; a setting of the body that issues. */
export interface StandingRecipients {
  /** Informed: `TT Tỉnh ủy, TT HĐND tỉnh (b/c)`, … */
  informed: string[]
  /** The drafting division in the archive's line: `TH` in `- Lưu: VT, TH.` */
  drafter: string
}

export const defaultRecipients: StandingRecipients = {
  informed: ['TT Tỉnh ủy, TT HĐND tỉnh (b/c)', 'CT, các PCT UBND tỉnh', 'CVP, các PCVP UBND tỉnh'],
  drafter: 'TH',
}

/**
 * The lines under "Nơi nhận:": first those who carry out, then those who are informed, last the archive. Every line begins with a
 * dash and ends with a semicolon, the archive's with a full stop; nobody stands there twice.
 */
export const recipientLines = (carryOut: string[], standing: StandingRecipients): string[] => {
  const everybody = [...new Set([...carryOut, ...standing.informed].map((name) => cleanText(name).trim()))]
  return [...everybody.map((name) => `- ${name};`), `- Lưu: VT, ${standing.drafter}.`]
}
