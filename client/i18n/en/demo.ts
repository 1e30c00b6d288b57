import type { demoVi } from '../vi/demo.ts'

export const demoEn: typeof demoVi = {
  title: 'A first meeting',
  hint: 'Eight steps, alone in several roles. Each opens the window of the role that acts; the mark comes by itself once it is done.',
  progress: '{n} of {total} steps done',
  finished: 'That was a whole meeting.',
  done: 'Done',
  open: 'Open {role}',
  role: {
    hall: 'Bridge point Tu Mơ Rông',
    chair: 'Chair',
    secretary: 'Secretary',
  },
  step: {
    hallIn: 'The hall says who represents it, checks its devices and comes in.',
    opened: 'The chair opens the meeting (key N).',
    itemStarted: 'The chair starts item 1 (key N).',
    floorAsked: 'The hall asks for the floor.',
    floorGiven: 'The chair gives the floor (key G): microphone, picture and clock follow.',
    conclusionProposed: 'The secretary types minutes, selects a passage and proposes it as a conclusion.',
    conclusionIssued: 'The chair approves (key A) and issues (key B): every screen shows its number.',
    receiptGiven: 'The hall acknowledges it.',
  },
}
