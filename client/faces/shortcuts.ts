import type { CommandType } from '#domain/meeting/meeting.ts'
import { t, type TextKey } from '../i18n/index.ts'
import type { KeyBinding } from '../ui/useKeys.ts'

/** A key of a face, the command it leads to, and its words in the help sheet. */
interface Shortcut {
  keys: string
  /** None: the key moves about the face only. */
  command: CommandType | null
  label: TextKey
}

/** Face × act: one place that says which key does what. The buttons write the same keys on themselves. */
export const shortcuts = {
  chair: {
    next: { keys: 'N', command: 'agenda.start', label: 'room.keys.next' },
    grant: { keys: 'G', command: 'floor.grant', label: 'room.keys.grant' },
    extend: { keys: 'E', command: 'agenda.extend', label: 'room.keys.extend' },
    pause: { keys: 'P', command: 'meeting.pause', label: 'room.keys.pause' },
    approve: { keys: 'A', command: 'conclusion.approve', label: 'room.keys.approve' },
    return: { keys: 'R', command: 'conclusion.return', label: 'room.keys.return' },
    mute: { keys: 'M', command: 'participant.mute', label: 'room.keys.mute' },
    vote: { keys: 'V', command: 'vote.open', label: 'room.keys.vote' },
    help: { keys: '?', command: null, label: 'room.keys.help' },
  },
  leader: {
    floor: { keys: 'F', command: 'floor.request', label: 'room.keys.floor' },
    help: { keys: '?', command: null, label: 'room.keys.help' },
  },
} as const satisfies Record<string, Record<string, Shortcut>>

/** The bindings of a face for `useKeys` and the help sheet: every act of its table needs what it runs. */
export const bindingsOf = <Act extends string>(
  table: Record<Act, Shortcut>,
  runs: Record<NoInfer<Act>, () => void>,
): KeyBinding[] => {
  const acts: [Act, Shortcut][] = []
  for (const act in table) acts.push([act, table[act]])
  return acts.map(([act, { keys, label }]) => ({ keys, label: t(label), run: runs[act] }))
}
