import type { ConclusionStatus } from '#domain/meeting/state.ts'

/** How a conclusion's state is coloured in the text. */
export const conclusionTones = {
  proposed: 'waiting',
  approved: 'good',
  returned: 'late',
  issued: 'state',
} as const satisfies Record<ConclusionStatus, string>
