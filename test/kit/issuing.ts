import { scheduleMeeting, type Answer, type Client } from './room-client.ts'

export interface Issued {
  conclusionId: string
  meetingId: string
  notation: string
  code: string
}

const accepted = (answer: Answer): void => {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
}

/** A meeting of its own in which one conclusion is proposed, approved and issued, as the secretary and the chair do it. */
export async function issueConclusion(
  { chair, secretary, office }: { chair: Client; secretary: Client; office: Client },
  {
    lead,
    coordinating = [],
    text = 'Bàn giao mặt bằng sạch cho nhà thầu trước mùa mưa.',
  }: { lead: string; coordinating?: string[]; text?: string },
): Promise<Issued> {
  const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, [{ title: 'Giải phóng mặt bằng' }])
  accepted(await chair.command(meetingId, 'meeting.open'))
  const conclusionId = crypto.randomUUID()
  const wording = { itemId: itemIds[0], text, leadUnitId: unitId(lead), coordinatingUnitIds: coordinating.map(unitId) }
  accepted(await secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...wording }))
  accepted(await chair.command(meetingId, 'conclusion.approve', { conclusionId }))
  accepted(await secretary.command(meetingId, 'conclusion.issue', { conclusionId }))
  const { body } = await chair.get(`/api/meetings/${meetingId}`)
  const { meeting } = body as { meeting: { conclusions: { id: string; notation: string; code: string }[] } }
  const one = meeting.conclusions.find((known) => known.id === conclusionId)
  if (one === undefined) throw new Error('the issued conclusion is not in the room')
  return { conclusionId, meetingId, notation: one.notation, code: one.code }
}
