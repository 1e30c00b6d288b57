import type { Role } from '#domain/contract/values.ts'
import type { CommandType } from '#domain/meeting/meeting.ts'

/**
 * Who may give which command, copied by hand from the contract and not from the code: the tests walk it, in the domain and
 * over the wire. A condition in a cell means: yes where it holds, `forbidden` where it does not.
 */
export type Right = 'yes' | 'no' | 'if chair' | 'own unit' | 'if holder' | 'if eligible' | 'if addressed' | 'if presenting'

export const roles: readonly Role[] = ['leader', 'secretary', 'bridge', 'department', 'office', 'observer', 'admin']

const chairAnd = (...others: Role[]) => rights({ leader: 'if chair' }, others)

function rights(conditions: Partial<Record<Role, Right>>, allowed: Role[] = []): Record<Role, Right> {
  const right = (role: Role): Right => conditions[role] ?? (allowed.includes(role) ? 'yes' : 'no')
  return {
    leader: right('leader'),
    secretary: right('secretary'),
    bridge: right('bridge'),
    department: right('department'),
    office: right('office'),
    observer: right('observer'),
    admin: right('admin'),
  }
}

const units = (right: Right) => ({ bridge: right, department: right })
const presents = rights({ leader: 'if chair', ...units('if presenting') }, ['secretary', 'office'])
const ofUnits = rights(units('own unit'), ['secretary', 'office'])
const floorSeekers = rights({}, ['leader', 'department', 'bridge', 'office'])

export const permissionTable: Record<CommandType, Record<Role, Right>> = {
  'meeting.open': chairAnd('secretary'),
  'meeting.pause': chairAnd('secretary'),
  'meeting.resume': chairAnd('secretary'),
  'meeting.close': chairAnd('secretary'),
  'chair.handOver': chairAnd(),
  'attendance.checkIn': ofUnits,
  'attendance.checkOut': ofUnits,
  'agenda.start': chairAnd('secretary', 'office'),
  'agenda.finish': chairAnd('secretary', 'office'),
  'agenda.extend': chairAnd('secretary', 'office'),
  'agenda.defer': chairAnd(),
  'agenda.insert': chairAnd('secretary', 'office'),
  'agenda.reorder': chairAnd('secretary', 'office'),
  'floor.request': floorSeekers,
  'floor.withdraw': floorSeekers,
  'floor.yield': rights({
    leader: 'if holder',
    secretary: 'if holder',
    bridge: 'if holder',
    department: 'if holder',
    office: 'if holder',
  }),
  'floor.grant': chairAnd('secretary'),
  'floor.revoke': chairAnd('secretary'),
  'floor.reorder': chairAnd('secretary'),
  'participant.mute': chairAnd('secretary', 'office'),
  'participant.remove': chairAnd('secretary', 'office'),
  'participant.readmit': chairAnd('secretary', 'office'),
  'stage.pin': chairAnd('secretary', 'office'),
  'presentation.show': presents,
  'presentation.turn': presents,
  'presentation.hide': presents,
  'vote.open': chairAnd('secretary'),
  'vote.cast': rights({ leader: 'if eligible' }),
  'vote.close': chairAnd('secretary'),
  'conclusion.propose': rights({}, ['secretary', 'office']),
  'conclusion.approve': chairAnd(),
  'conclusion.return': chairAnd(),
  'conclusion.issue': chairAnd('secretary'),
  'conclusion.acknowledge': rights({
    leader: 'if addressed',
    secretary: 'if addressed',
    bridge: 'if addressed',
    department: 'if addressed',
    office: 'if addressed',
  }),
  'conclusion.withdraw': rights({}, ['office']),
  'notice.post': chairAnd('secretary', 'office'),
  'help.request': rights({}, ['leader', 'secretary', 'department', 'bridge']),
  'help.resolve': rights({}, ['office', 'admin']),
}
