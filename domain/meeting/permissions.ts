import { refuse, type Refusal } from '../errors.ts'
import type { Role } from '../contract/values.ts'
import { isAddressed } from './conclusion.ts'
import type { Command, CommandType } from './meeting.ts'
import type { Actor, MeetingState } from './state.ts'
import { mayAttendMeeting, seesConclusion } from './visibility.ts'

/**
 * Who may give which command: a row per command, a column per role. A cell is `yes`, `no` or a named condition:
 * `ifChair` the person chairs this meeting; `ownUnit` for the person's own unit only; `ifHolder` the person has the floor;
 * `ifEligible` the vote lists the person; `ifAddressed` the conclusion addresses the person's unit;
 * `ifPresenting` the person's unit presents the running item, or the person has the floor or shows the presentation.
 */
export type Cell = 'yes' | 'no' | 'ifChair' | 'ownUnit' | 'ifHolder' | 'ifEligible' | 'ifAddressed' | 'ifPresenting'

const row = (
  leader: Cell,
  secretary: Cell,
  bridge: Cell,
  department: Cell,
  office: Cell,
  observer: Cell,
  admin: Cell,
): Record<Role, Cell> => ({
  leader,
  secretary,
  bridge,
  department,
  office,
  observer,
  admin,
})

// prettier-ignore
export const permissions: Record<CommandType, Record<Role, Cell>> = {
  //                             leader        secretary  bridge          department      office         observer  admin
  'meeting.open':            row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'meeting.pause':           row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'meeting.resume':          row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'meeting.close':           row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'chair.handOver':          row('ifChair',    'no',      'no',           'no',           'no',          'no',     'no'),
  'attendance.checkIn':      row('no',         'yes',     'ownUnit',      'ownUnit',      'yes',         'no',     'no'),
  'attendance.checkOut':     row('no',         'yes',     'ownUnit',      'ownUnit',      'yes',         'no',     'no'),
  'agenda.start':            row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'agenda.finish':           row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'agenda.extend':           row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'agenda.defer':            row('ifChair',    'no',      'no',           'no',           'no',          'no',     'no'),
  'agenda.insert':           row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'agenda.reorder':          row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'floor.request':           row('yes',        'no',      'yes',          'yes',          'yes',         'no',     'no'),
  'floor.withdraw':          row('yes',        'no',      'yes',          'yes',          'yes',         'no',     'no'),
  'floor.yield':             row('ifHolder',   'ifHolder','ifHolder',     'ifHolder',     'ifHolder',    'no',     'no'),
  'floor.grant':             row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'floor.revoke':            row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'floor.reorder':           row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'participant.mute':        row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'participant.remove':      row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'participant.readmit':     row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'stage.pin':               row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'presentation.show':       row('ifChair',    'yes',     'ifPresenting', 'ifPresenting', 'yes',         'no',     'no'),
  'presentation.turn':       row('ifChair',    'yes',     'ifPresenting', 'ifPresenting', 'yes',         'no',     'no'),
  'presentation.hide':       row('ifChair',    'yes',     'ifPresenting', 'ifPresenting', 'yes',         'no',     'no'),
  'vote.open':               row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'vote.cast':               row('ifEligible', 'no',      'no',           'no',           'no',          'no',     'no'),
  'vote.close':              row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'conclusion.propose':      row('no',         'yes',     'no',           'no',           'yes',         'no',     'no'),
  'conclusion.approve':      row('ifChair',    'no',      'no',           'no',           'no',          'no',     'no'),
  'conclusion.return':       row('ifChair',    'no',      'no',           'no',           'no',          'no',     'no'),
  'conclusion.issue':        row('ifChair',    'yes',     'no',           'no',           'no',          'no',     'no'),
  'conclusion.acknowledge':  row('ifAddressed','ifAddressed','ifAddressed','ifAddressed', 'ifAddressed', 'no',     'no'),
  'conclusion.withdraw':     row('no',         'no',      'no',           'no',           'yes',         'no',     'no'),
  'notice.post':             row('ifChair',    'yes',     'no',           'no',           'yes',         'no',     'no'),
  'help.request':            row('yes',        'yes',     'yes',          'yes',          'no',          'no',     'no'),
  'help.resolve':            row('no',         'no',      'no',           'no',           'yes',         'no',     'yes'),
}

const conditions: Record<Exclude<Cell, 'yes' | 'no'>, (state: MeetingState, command: Command, actor: Actor) => boolean> = {
  ifChair: (state, _command, actor) => state.chairUserId === actor.userId,
  ownUnit: (_state, command, actor) => !('unitId' in command) || command.unitId === undefined || command.unitId === actor.unitId,
  ifHolder: (state, _command, actor) => state.floor.holder?.userId === actor.userId,
  ifEligible: (state, command, actor) => {
    const vote = 'voteId' in command ? state.votes.find((one) => one.id === command.voteId) : undefined
    return vote === undefined || vote.eligible.includes(actor.userId)
  },
  ifAddressed: (state, command, actor) => {
    const one = 'conclusionId' in command ? state.conclusions.find((known) => known.id === command.conclusionId) : undefined
    return one === undefined || isAddressed(actor, one)
  },
  ifPresenting: (state, _command, actor) => {
    const item = state.agenda.find((one) => one.id === state.currentItemId)
    const presents = item !== undefined && 'presenterUnitId' in item && item.presenterUnitId === actor.unitId
    return presents || state.floor.holder?.userId === actor.userId || state.stage.presenting?.userId === actor.userId
  },
}

/** Null where the person may; else the refusal. Those not invited learn nothing of the meeting: `not_found`. */
export function authorise(state: MeetingState, command: Command, actor: Actor): Refusal | null {
  if (!mayAttendMeeting(actor, state)) return refuse('not_found').refusal
  if (state.participants.removed.includes(actor.userId)) return refuse('forbidden', 'you_are_removed').refusal
  const cell = permissions[command.type][actor.role]
  if (cell !== 'no' && namesHidden(state, command, actor)) return refuse('not_found').refusal
  const may = cell === 'yes' || (cell !== 'no' && conditions[cell](state, command, actor))
  return may ? null : refuse('forbidden').refusal
}

/** What a closed item hides looks like what does not exist, also when its id was guessed. */
function namesHidden(state: MeetingState, command: Command, actor: Actor): boolean {
  if (command.type !== 'conclusion.acknowledge') return false
  const one = state.conclusions.find((known) => known.id === command.conclusionId)
  return one !== undefined && !seesConclusion(actor, state, one)
}
