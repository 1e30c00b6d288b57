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
    finish: { keys: 'F', command: 'agenda.finish', label: 'room.keys.finish' },
    defer: { keys: 'D', command: 'agenda.defer', label: 'room.keys.defer' },
    insert: { keys: 'C', command: 'agenda.insert', label: 'room.keys.insert' },
    invite: { keys: 'I', command: 'floor.grant', label: 'room.keys.invite' },
    revoke: { keys: 'T', command: 'floor.revoke', label: 'room.keys.revoke' },
    issue: { keys: 'B', command: 'conclusion.issue', label: 'room.keys.issue' },
    people: { keys: 'L', command: 'participant.remove', label: 'room.keys.people' },
    record: { keys: 'K', command: null, label: 'room.keys.record' },
    handOver: { keys: 'H', command: 'chair.handOver', label: 'room.keys.handOver' },
    close: { keys: 'X', command: 'meeting.close', label: 'room.keys.close' },
    help: { keys: '?', command: null, label: 'room.keys.help' },
  },
  leader: {
    floor: { keys: 'F', command: 'floor.request', label: 'room.keys.floor' },
    kinds: { keys: 'O', command: 'floor.request', label: 'room.keys.kinds' },
    record: { keys: 'K', command: null, label: 'room.keys.record' },
    help: { keys: '?', command: null, label: 'room.keys.help' },
  },
  office: {
    down: { keys: 'ArrowDown', command: null, label: 'room.keys.down' },
    up: { keys: 'ArrowUp', command: null, label: 'room.keys.up' },
    call: { keys: 'G', command: null, label: 'room.keys.call' },
    mute: { keys: 'M', command: 'participant.mute', label: 'room.keys.mutePoint' },
    pin: { keys: 'P', command: 'stage.pin', label: 'room.keys.pin' },
    link: { keys: 'L', command: null, label: 'room.keys.link' },
    attendance: { keys: 'D', command: 'attendance.checkIn', label: 'room.keys.attendance' },
    putOut: { keys: 'X', command: 'participant.remove', label: 'room.keys.putOut' },
    search: { keys: '/', command: null, label: 'room.keys.search' },
    resolve: { keys: 'H', command: 'help.resolve', label: 'room.keys.resolve' },
    agenda: { keys: '1', command: null, label: 'room.keys.agenda' },
    notices: { keys: '2', command: 'notice.post', label: 'room.keys.notices' },
    presentations: { keys: '3', command: 'presentation.show', label: 'room.keys.presentations' },
    nextPage: { keys: 'ArrowRight', command: 'presentation.turn', label: 'room.keys.nextPage' },
    previousPage: { keys: 'ArrowLeft', command: 'presentation.turn', label: 'room.keys.previousPage' },
    projector: { keys: 'O', command: null, label: 'room.keys.projector' },
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
