/** The keys of the secretary's desk: with a modifier, so that they work while typing; none is an input method's or the editor's. */
export const deskKeys = {
  stamp: 'Control+.',
  toRunning: 'Control+J',
  propose: 'Control+K',
  proposal: 'Alt+P',
  issue: 'Control+Enter',
  next: 'Alt+N',
  grant: 'Alt+G',
  revoke: 'Alt+T',
  find: 'Control+F',
  past: 'Control+H',
  authors: 'Alt+A',
  comment: 'Alt+C',
  save: 'Control+S',
} as const
