import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import type { DocumentFile, DocumentRecord } from '../documents/store.ts'
import type { JobRun, Jobs } from '../jobs/jobs.ts'
import { enqueue } from '../jobs/queue.ts'
import { documentMail, recallMail } from './document-mail.ts'
import { type Mailer, MailRefusedError, sentenceOf } from './mail.ts'
import { mailJob, recallJob, renderJob } from './queue.ts'

export interface SendingSources {
  sql: Sql
  log: Logger
  documentOf: (id: string) => Promise<DocumentRecord | null>
  /** The document as it is to be sent: signed where it is signed. */
  fileOf: (document: DocumentRecord, format: 'docx' | 'pdf') => Promise<DocumentFile>
  /** Absent where the server sends no e-mail. */
  mailer?: Mailer
  /** Where people open the room. */
  baseUrl: string
}

/** The work that sending leaves to the queue. */
export function handleSending(jobs: Jobs, sources: SendingSources): void {
  jobs.handle(renderJob, async ({ documentId }) => {
    const document = await sources.documentOf(documentId)
    if (document === null) return
    await sources.fileOf(document, 'pdf')
    await sources.fileOf(document, 'docx')
  })
  jobs.handle(mailJob, (payload, run) => sendMail(sources, payload, run))
  jobs.handle(recallJob, (payload, run) => sendRecall(sources, payload, run))
}

/**
 * Sends one mail. What the mail server has taken is written down and not sent again; if the process dies between the two, the mail
 * goes out a second time under the same Message-ID.
 */
async function sendMail(
  { sql, log, mailer, documentOf, fileOf, baseUrl }: SendingSources,
  { documentId, unitId }: { documentId: string; unitId: string },
  { signal, isLast }: JobRun,
): Promise<void> {
  const [delivery] = await sql<{ address: string; name: string }[]>`
    select deliveries.address, units.name from deliveries join units on units.id = unit_id
    where document_id = ${documentId} and unit_id = ${unitId} and channel = 'email' and sent_at is null and given_up_at is null`
  const document = await documentOf(documentId)
  if (mailer === undefined || delivery === undefined || document === null) return
  const files = { pdf: await fileOf(document, 'pdf'), docx: await fileOf(document, 'docx') }
  const mail = documentMail(document, { to: delivery.address, unitId, unitName: delivery.name, baseUrl, files })
  const write = (became: { sent_at?: Date; message_id?: string; problem: string | null; given_up_at?: Date | null }) => sql`
    update deliveries set ${sql(became)} where document_id = ${documentId} and unit_id = ${unitId} and channel = 'email'`
  try {
    await mailer.send(mail, signal)
  } catch (error) {
    const isFinal = isLast || error instanceof MailRefusedError
    log.warn({ err: error, documentId, unitId }, isFinal ? 'a mail was refused' : 'a mail was not sent yet')
    await write({ problem: sentenceOf(error).slice(0, 500), ...(isFinal ? { given_up_at: new Date() } : {}) })
    if (isFinal) return
    throw error
  }
  await write({ sent_at: new Date(), message_id: mail.messageId, problem: null, given_up_at: null })
  // Withdrawn while it was on its way: whoever withdrew it could not know that this one would arrive.
  if ((await documentOf(documentId))?.status === 'withdrawn')
    await sql.begin((tx) => enqueue(tx, recallJob, { documentId, unitId }, { key: `recall ${documentId} ${unitId}` }))
}

/** Tells a unit that what it was sent by e-mail no longer holds; under one Message-ID, if it ever goes out twice. */
async function sendRecall(
  { sql, log, mailer, documentOf, baseUrl }: SendingSources,
  { documentId, unitId }: { documentId: string; unitId: string },
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const [row] = await sql<{ address: string; name: string; reason: string; at: Date }[]>`
    select deliveries.address, units.name, withdrawals.reason, withdrawals.at
    from deliveries join units on units.id = unit_id join withdrawals on withdrawals.document_id = deliveries.document_id
    where deliveries.document_id = ${documentId} and unit_id = ${unitId} and channel = 'email' and sent_at is not null`
  const document = await documentOf(documentId)
  if (mailer === undefined || row === undefined || document === null) return
  const mail = recallMail(document, row, { to: row.address, unitId, unitName: row.name, baseUrl })
  try {
    await mailer.send(mail, signal)
  } catch (error) {
    if (!(error instanceof MailRefusedError)) throw error
    log.warn({ err: error, documentId, unitId }, 'a mail about a withdrawal was refused')
  }
}
