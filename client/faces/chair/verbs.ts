/** The acts of the chair's bar, each the press of its button. */
export type ChairVerbs = Record<'next' | 'extend' | 'pause' | 'mute' | 'vote' | 'handOver' | 'close', () => void>
