import type { MinutesNames } from '#domain/documents/minutes.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'

/**
 * The lines that minutes must hold, read from a log event by event without the rules of the room: a second opinion on what the
 * product composes.
 */

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})
const short = (at: string): string => clock.format(new Date(at))
const long = (at: string): string => short(at).replace(/^(\d\d):(\d\d)$/, '$1 giờ $2 phút')

const results = {
  passed: 'được thông qua',
  failed: 'không được thông qua',
  advisory: 'để chủ trì tham khảo',
  noQuorum: 'không đủ số người biểu quyết',
}

const lateMs = 5 * 60_000

export function minutesFactsFromLog(log: MeetingEvent[], names: MinutesNames): string[] {
  const lines: string[] = []
  const speaking = new Map<string, string[]>()
  const items = new Map<
    string,
    { number: number; title: string; isClosed: boolean; from?: string; to?: string; isDeferred: boolean }
  >()
  const votes = new Map<string, { question: string; options: string[]; secret: boolean; eligible: number; cast: number }>()
  const conclusions = new Map<string, { text: string; notation?: string; isAdopted: boolean }>()
  const present = new Map<string, { at: string; left?: string }>()
  const chairs: string[] = []
  let invited: string[] = []
  let turn: { who: string; unitId: string; itemId: string; from: string } | undefined
  let running: string | undefined
  let pausedAt: string | undefined
  let openedAt = ''
  let closedAt = ''

  /** Without an end while it lasts. */
  const endTurn = (at?: string): void => {
    if (!turn) return
    const until = at === undefined ? '' : ` đến ${short(at)}`
    const said = `${names.speaker(turn.who, turn.unitId)} (${names.unit(turn.unitId)}, từ ${short(turn.from)}${until})`
    speaking.set(turn.itemId, [...(speaking.get(turn.itemId) ?? []), said])
    turn = undefined
  }
  const endItem = (at: string, itemId: string | undefined): void => {
    const item = items.get(itemId ?? '')
    if (!item || running !== itemId) return
    if (item.isClosed) endTurn(at)
    item.to = at
    running = undefined
  }
  const endPause = (at: string): void => {
    if (pausedAt !== undefined) lines.push(`Tạm nghỉ từ ${long(pausedAt)} đến ${long(at)}.`)
    pausedAt = undefined
  }

  for (const event of log) {
    const { at } = event
    switch (event.type) {
      case 'meeting.scheduled':
        invited = event.unitIds
        chairs.push(`đồng chí ${names.user(event.chairUserId).name}, ${names.user(event.chairUserId).title}`)
        for (const item of event.agenda)
          if (!('closed' in item))
            items.set(item.id, {
              number: item.number,
              title: item.title,
              isClosed: item.audience !== 'everyone',
              isDeferred: false,
            })
        break
      case 'agenda.inserted':
        items.set(event.itemId, {
          number: event.number,
          title: event.title ?? '',
          isClosed: event.audience !== undefined && event.audience !== 'everyone',
          isDeferred: false,
        })
        break
      case 'meeting.opened':
        openedAt = at
        break
      case 'chair.handedOver':
        chairs.push(`đồng chí ${names.user(event.userId).name}, ${names.user(event.userId).title} (từ ${long(at)})`)
        break
      case 'meeting.paused':
        pausedAt = at
        break
      case 'meeting.resumed':
        endPause(at)
        break
      case 'meeting.closed':
        endPause(at)
        endItem(at, running)
        endTurn(at)
        closedAt = at
        break
      case 'agenda.started': {
        const item = items.get(event.itemId)
        if (!item) break
        if (item.isClosed) endTurn(at)
        item.from ??= at
        item.isDeferred = false
        delete item.to
        running = event.itemId
        break
      }
      case 'agenda.finished':
        endItem(at, event.itemId)
        break
      case 'agenda.deferred': {
        endItem(at, event.itemId)
        const item = items.get(event.itemId)
        if (item) item.isDeferred = true
        break
      }
      case 'floor.granted':
        endTurn(at)
        turn = { who: event.userId, unitId: event.unitId, itemId: event.itemId ?? '', from: at }
        break
      case 'floor.yielded':
      case 'floor.revoked':
        endTurn(at)
        break
      case 'participant.removed':
        if (turn?.who === event.userId) endTurn(at)
        break
      case 'attendance.checkedIn':
        present.set(event.unitId, { at: present.get(event.unitId)?.at ?? at })
        break
      case 'attendance.checkedOut':
      case 'attendance.left': {
        const row = present.get(event.unitId)
        if (row) row.left = event.type === 'attendance.left' ? event.since : at
        break
      }
      case 'attendance.returned':
        delete present.get(event.unitId)?.left
        break
      case 'vote.opened':
        votes.set(event.voteId, {
          question: event.question.trim().replace(/\s*[.?;]$/, ''),
          options: event.options,
          secret: event.secret,
          eligible: event.eligible.length,
          cast: 0,
        })
        break
      case 'vote.cast': {
        const vote = votes.get(event.voteId)
        if (vote) vote.cast += 1
        break
      }
      case 'vote.closed': {
        const vote = votes.get(event.voteId)
        if (!vote) break
        const tally = event.tally.map((count, option) => `${vote.options[option] ?? ''}: ${count}`).join('; ')
        lines.push(
          `${vote.secret ? 'Bỏ phiếu kín' : 'Biểu quyết'}: ${vote.question}. Kết quả: ${tally}; ${vote.cast}/${vote.eligible} người biểu quyết (${results[event.result]}).`,
        )
        break
      }
      case 'conclusion.proposed':
        conclusions.set(event.conclusionId, { text: event.text, isAdopted: false })
        break
      case 'conclusion.approved': {
        const one = conclusions.get(event.conclusionId)
        if (one) one.isAdopted = true
        break
      }
      case 'conclusion.issued':
        conclusions.set(event.conclusionId, { text: event.text, notation: event.notation, isAdopted: true })
        break
    }
  }

  endTurn()
  if (pausedAt !== undefined) lines.push(`Tạm nghỉ từ ${long(pausedAt)}.`)
  for (const said of speaking.values()) lines.push(`Phát biểu: ${said.join('; ')}.`)
  for (const one of conclusions.values())
    if (one.isAdopted) lines.push(`Kết luận${one.notation === undefined ? '' : ` (Thông báo số ${one.notation})`}: ${one.text}`)
  for (const { number, title, from, to, isDeferred } of items.values()) {
    const ran = from === undefined ? 'chưa thảo luận' : `từ ${long(from)}${to === undefined ? '' : ` đến ${long(to)}`}`
    lines.push(`${number}. ${title} (${isDeferred ? 'hoãn sang cuộc họp khác' : ran})`)
  }
  lines.push(`Chủ trì: ${chairs.join('; ')}.`)

  const order = [...invited, ...[...present.keys()].filter((unitId) => !invited.includes(unitId))]
  const named = (label: string, units: string[]): void => {
    if (units.length > 0) lines.push(`${label}: ${units.join('; ')}.`)
  }
  const rows = order.flatMap((unitId) => {
    const row = present.get(unitId)
    return row ? [{ unitId, ...row }] : []
  })
  named(
    'Đến muộn',
    rows
      .filter((row) => Math.round((Date.parse(row.at) - Date.parse(openedAt)) / 1000) * 1000 > lateMs)
      .map((row) => `${names.unit(row.unitId)} (${short(row.at)})`),
  )
  named(
    'Rời họp trước khi kết thúc',
    rows.flatMap((row) =>
      row.left !== undefined && (closedAt === '' || row.left < closedAt)
        ? [`${names.unit(row.unitId)} (${short(row.left)})`]
        : [],
    ),
  )
  named(
    'Vắng',
    invited.filter((unitId) => !present.has(unitId)).map((unitId) => names.unit(unitId)),
  )
  return lines
}
