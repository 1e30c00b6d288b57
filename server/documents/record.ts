import type { TransactionSql } from 'postgres'
import { yearOf } from '#domain/documents/dates.ts'
import { contentOf } from '#domain/documents/description.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import type { DocumentType } from '#domain/contract/documents.ts'
import { addressedUnitIds } from '#domain/meeting/conclusion.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import type { Conclusion, MeetingState } from '#domain/meeting/state.ts'
import { completeNotice } from '#domain/documents/notice.ts'
import { enterDraftSignature, signedDraftOf } from '../signing/draft-store.ts'
import { describeConclusions, verificationOf } from './notice.ts'
import type { VerifyUrl } from './notice.ts'

export interface NewDocument {
  id: string
  type: DocumentType
  meetingId: string
  number: number | null
  notation: string | null
  version: number
  replaces: string | null
  conclusionIds: string[]
  head: { seq: number; hash: string }
  issuedAt: string
  description: DocumentDescription
}

/** Writes a document into the numbering book, in the transaction that gave its number. */
export async function recordDocument(tx: TransactionSql, one: NewDocument): Promise<void> {
  const { description } = one
  const recipients = description.closing.recipients.map((line) => line.replace(/^- |[;.]$/g, ''))
  await tx`
    insert into documents (id, type, meeting_id, year, issuer, number, notation, abstract, signer, recipients, version, replaces,
      conclusion_ids, head_seq, head_hash, issued_at, description, content)
    values (${one.id}, ${one.type}, ${one.meetingId}, ${yearOf(one.issuedAt)}, ${description.author}, ${one.number},
      ${one.notation}, ${description.heading?.subject ?? description.header.subjectLetter ?? description.title}, ${description.closing.rightSignature.name}, ${recipients}::text[],
      ${one.version}, ${one.replaces}, ${one.conclusionIds}::uuid[], ${one.head.seq}, ${one.head.hash}, ${one.issuedAt},
      ${JSON.stringify(description)}::text::jsonb, ${contentOf(description)})`
  if (one.replaces !== null) await tx`update documents set status = 'replaced' where id = ${one.replaces}`
}

/**
 * Takes documents out of force, in the transaction of the events that say so: the row stays in the book with its number. Answers
 * which, once for each document.
 */
export async function recordWithdrawn(tx: TransactionSql, events: MeetingEvent[]): Promise<{ documentId: string; at: string }[]> {
  const withdrawn: { documentId: string; at: string }[] = []
  for (const event of events) {
    if (event.type !== 'conclusion.withdrawn') continue
    const [row] = await tx<{ id: string }[]>`
      update documents set status = 'withdrawn' where ${event.conclusionId} = any(conclusion_ids) and type = 'TB' returning id`
    if (row === undefined) throw new Error(`the withdrawn conclusion ${event.conclusionId} has no document`)
    await tx`
      insert into withdrawals (document_id, reason, user_id, at)
      values (${row.id}, ${event.reason}, ${'userId' in event.actor ? event.actor.userId : null}, ${event.at})
      on conflict do nothing`
    if (!withdrawn.some((one) => one.documentId === row.id)) withdrawn.push({ documentId: row.id, at: event.at })
  }
  return withdrawn
}

/** A notice that was issued: its document, and whom it goes to. */
export interface IssuedNotice {
  documentId: string
  unitIds: string[]
  at: string
}

type Issued = Extract<MeetingEvent, { type: 'conclusion.issued' }>

/**
 * The notices of the conclusions that these events issue, written in the transaction of the events: a number that was given
 * stands in the book, whatever happens to the process. Conclusions under one code stand in one notice. A notice that was signed with
 * its approval goes out as it was signed, with the number filled in. `state` is after the events.
 */
export async function recordIssued(
  tx: TransactionSql,
  events: MeetingEvent[],
  state: MeetingState,
  verifyUrl: VerifyUrl,
): Promise<IssuedNotice[]> {
  const papers = new Map<string, [Issued, ...Issued[]]>()
  for (const event of events) {
    if (event.type !== 'conclusion.issued') continue
    const paper = papers.get(event.code)
    if (paper === undefined) papers.set(event.code, [event])
    else paper.push(event)
  }
  const issued: IssuedNotice[] = []
  for (const paper of papers.values()) issued.push(await recordNotice(tx, paper, state, verifyUrl))
  return issued
}

async function recordNotice(
  tx: TransactionSql,
  paper: [Issued, ...Issued[]],
  state: MeetingState,
  verifyUrl: VerifyUrl,
): Promise<IssuedNotice> {
  const [event, ...others] = paper
  const last = others.at(-1) ?? event
  const find = ({ conclusionId }: Issued): Conclusion => {
    const conclusion = state.conclusions.find((one) => one.id === conclusionId)
    if (conclusion === undefined) throw new Error(`the issued conclusion ${conclusionId} is not in the state`)
    return conclusion
  }
  const conclusions: [Conclusion, ...Conclusion[]] = [find(event), ...others.map(find)]
  const [conclusion] = conclusions
  const hash = find(last).hash
  if (hash === undefined) throw new Error(`the issued conclusion ${last.conclusionId} has no hash`)
  const draft = others.length === 0 ? await signedDraftOf(tx, state.meetingId, conclusion) : null
  await recordDocument(tx, {
    id: conclusion.id,
    type: 'TB',
    meetingId: state.meetingId,
    number: event.number,
    notation: event.notation,
    version: 1,
    replaces: null,
    conclusionIds: conclusions.map((one) => one.id),
    head: { seq: last.seq, hash },
    issuedAt: event.at,
    description:
      draft === null
        ? await describeConclusions(tx, state, conclusions, verifyUrl)
        : completeNotice(draft.description, {
            notation: event.notation,
            issuedAt: event.at,
            verification: verificationOf(event.code, hash, verifyUrl),
          }),
  })
  if (draft !== null) await enterDraftSignature(tx, conclusion.id, draft)
  if (event.corrects !== undefined)
    await tx`update documents set status = 'corrected' where ${event.corrects} = any(conclusion_ids) and status = 'valid'`
  return { documentId: conclusion.id, unitIds: [...new Set(paper.flatMap(addressedUnitIds))], at: event.at }
}
