import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { ConclusionParams } from '#domain/contract/http.ts'
import { DraftSignatureAnswer, NewDraftSignature } from '#domain/contract/signing.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { refusalOfDraftSignature } from '#domain/documents/signing.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import { goesAlone, wordingOf } from '#domain/meeting/conclusion.ts'
import type { Command } from '#domain/meeting/meeting.ts'
import type { Actor, Conclusion, MeetingState } from '#domain/meeting/state.ts'
import type { DocumentRenderer } from '../conclusions/layout/renderer.ts'
import { describeConclusions, openVerification, type VerifyUrl } from '../documents/notice.ts'
import type { FileStore } from '../files/store.ts'
import type { Outcome } from '../meeting/room.ts'
import { viewerOf, type Session } from '../people/sessions.ts'
import { route, type Doors } from '../web/http.ts'
import type { Limit } from '../web/limits.ts'
import type { TimeStamper } from './cms.ts'
import { signDraft } from './draft.ts'
import { approvalOf, keepSignedDraft, signedDraftOf } from './draft-store.ts'
import { nameIn } from './key.ts'
import type { KeyRing } from './keys.ts'
import { openKey } from './open-key.ts'
import { NoTimeStampError } from './time-stamp.ts'

export interface DraftSources {
  sql: Sql
  files: FileStore
  renderer: DocumentRenderer
  verifyUrl: VerifyUrl
  stateOf: (meetingId: string) => Promise<MeetingState | null>
  /** Gives a command in a meeting under an id of the caller's. */
  command: (meetingId: string, actor: Actor, command: Command, commandId: string) => Promise<Outcome>
  keys: KeyRing
  stamp?: TimeStamper
}

interface Found {
  state: MeetingState
  conclusion: Conclusion
  described: DocumentDescription
  isSigned: boolean
}

/** The doors of signing a notice before it has its number: whether it is signed, and signing it, with the approval or after it. */
export function registerDraftSigning(doors: Doors, sources: DraftSources, tries: Limit): void {
  const { sql, files, renderer, verifyUrl, stateOf, command, keys, stamp } = sources

  const find = async (conclusionId: string): Promise<Found | null> => {
    const [row] = await sql<{ meeting_id: string }[]>`select meeting_id from conclusions where id = ${conclusionId}`
    const state = row === undefined ? null : await stateOf(row.meeting_id)
    const conclusion = state?.conclusions.find((one) => one.id === conclusionId)
    if (!state || conclusion === undefined) return null
    const described = await describeConclusions(sql, state, [conclusion], verifyUrl)
    const isSigned = (await signedDraftOf(sql, state.meetingId, conclusion)) !== null
    return { state, conclusion, described, isSigned }
  }

  const refusalFor = ({ state, conclusion, described, isSigned }: Found, session: Session): Refusal | null =>
    refusalOfDraftSignature(
      {
        status: conclusion.status,
        printedName: described.closing.rightSignature.name,
        chairUserId: state.chairUserId,
        isSigned,
        isAlone: goesAlone(state, conclusion),
      },
      { ...viewerOf(session), name: session.user.name },
    )

  const answerOf = async (found: Found, session: Session): Promise<DraftSignatureAnswer> => {
    const draft = await signedDraftOf(sql, found.state.meetingId, found.conclusion)
    return {
      signature: draft === null ? undefined : { signer: draft.signer, signedAt: draft.signedAt },
      maySign: refusalFor(found, session) === null && keys.hasPersonal(session.user.username),
    }
  }

  route(
    doors,
    {
      method: 'get',
      path: '/api/conclusions/:id/signature',
      summary: 'Whether the notice of a conclusion was signed as it was approved, and whether the asker may sign it now',
      who: ['leader', 'secretary', 'office'],
      params: ConclusionParams,
      answers: { 200: DraftSignatureAnswer },
    },
    async ({ params, session }) => {
      const found = await find(params.id)
      if (found === null) return refuse('not_found')
      return { status: 200 as const, body: await answerOf(found, session) }
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/conclusions/:id/signature',
      summary: 'Signs the notice of a conclusion before its number is given; one that waits for approval is approved with it',
      who: ['leader', 'secretary', 'office'],
      params: ConclusionParams,
      body: NewDraftSignature,
      answers: { 201: DraftSignatureAnswer },
    },
    async ({ params, body: { password }, session }) => {
      const found = await find(params.id)
      if (found === null) return refuse('not_found')
      const barred = refusalFor(found, session)
      if (barred !== null) return { refusal: barred }
      const seconds = await tries.take(session.user.id)
      if (seconds > 0) return refuse('too_many_attempts', undefined, { params: { seconds } })
      const opened = await openKey(keys, 'signer', session, password)
      if ('refusal' in opened) return opened
      await tries.giveBack(session.user.id)

      const { described, conclusion, state } = found
      const at = new Date()
      let pdf: Buffer
      try {
        pdf = await signDraft(renderer, withRoom(described, verifyUrl), { key: opened, at, stamp })
      } catch (error) {
        if (error instanceof NoTimeStampError) return refuse('unavailable', undefined, { params: { service: 'timeStamps' } })
        throw error
      }
      const file = await files.put([pdf])
      const draft = {
        conclusion,
        description: described,
        userId: session.user.id,
        signer: nameIn(opened.key.certificate),
        signedAt: at.toISOString(),
      }

      if (conclusion.status === 'proposed') {
        const approval = uuid()
        await keepSignedDraft(sql, file, { ...draft, approval })
        const approve = { type: 'conclusion.approve', conclusionId: conclusion.id, wording: wordingOf(conclusion) } as const
        const outcome = await command(state.meetingId, viewerOf(session), approve, approval)
        if ('refusal' in outcome) return outcome
      } else {
        const isKept = await sql.begin(async (tx) => {
          // No number is given meanwhile: what is issued first goes out unsigned, and is signed in the book.
          await tx`select 1 from meetings where id = ${state.meetingId} for update`
          const [now] = await tx<{ status: string }[]>`select status from conclusions where id = ${conclusion.id}`
          const approval = now?.status === 'approved' ? await approvalOf(tx, state.meetingId, conclusion.id) : null
          return approval !== null && (await keepSignedDraft(tx, file, { ...draft, approval }))
        })
        if (!isKept) return refuse('conflict')
      }
      const after = await find(params.id)
      if (after === null) return refuse('not_found')
      return { status: 201 as const, body: await answerOf(after, session) }
    },
  )
}

const withRoom = (description: DocumentDescription, verifyUrl: VerifyUrl): DocumentDescription => ({
  ...description,
  closing: { ...description.closing, verification: openVerification(verifyUrl) },
})
