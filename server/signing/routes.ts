import { DocumentParams } from '#domain/contract/documents.ts'
import { NewSignature, scanLimits, SignatureKind, SignaturesAnswer } from '#domain/contract/signing.ts'
import { mayAttachScan, refusalOfSignature, type ToSign } from '#domain/documents/signing.ts'
import { refuse } from '#domain/errors.ts'
import { sendFile } from '../documents/answer.ts'
import { type DocumentRecord, type DocumentStore, type DocumentFile, mediaTypes } from '../documents/store.ts'
import { receiveFile } from '../files/upload.ts'
import { viewerOf, type Session } from '../people/sessions.ts'
import type { Dispatch } from '../sending/queue.ts'
import { route, type Doors } from '../web/http.ts'
import { createLimit } from '../web/limits.ts'
import { registerDraftSigning, type DraftSources } from './draft-routes.ts'
import { nameIn } from './key.ts'
import { openKey } from './open-key.ts'
import { signDocument } from './sign-document.ts'
import { addSignature, signaturesOf } from './store.ts'
import { NoTimeStampError } from './time-stamp.ts'

export interface SigningSources extends DraftSources {
  store: DocumentStore
  /** The PDF that the next signature goes onto. */
  officialPdf: (document: DocumentRecord) => Promise<DocumentFile>
  dispatch: Dispatch
}

const desk = ['leader', 'secretary', 'office'] as const

/** The doors of signing: who has signed, signing, and the scan of what was signed by hand. */
export function registerSigning(doors: Doors, sources: SigningSources): void {
  const { sql, files, store, keys, stamp, dispatch } = sources
  // A key's password is not to be guessed through this door.
  const tries = createLimit({ points: 10, seconds: 300 })
  registerDraftSigning(doors, sources, tries)

  const toSign = async (id: string): Promise<{ document: DocumentRecord; subject: ToSign } | null> => {
    const document = await store.documentOf(id)
    const state = document && (await sources.stateOf(document.meetingId))
    if (!document || !state) return null
    const signatures = (await signaturesOf(sql, id)).map((one) => one.kind)
    const { type, status, signer: printedName } = document
    return { document, subject: { type, status, printedName, chairUserId: state.chairUserId, signatures } }
  }

  const whoOf = (session: Session) => ({ ...viewerOf(session), name: session.user.name })

  const answerOf = async (id: string, subject: ToSign, session: Session): Promise<SignaturesAnswer> => ({
    signatures: await signaturesOf(sql, id),
    mayAdd: SignatureKind.options.filter((kind) => refusalOfSignature(subject, kind, whoOf(session)) === null),
    hasScan: (await store.hashOf(id, 'scan')) !== null,
  })

  route(
    doors,
    {
      method: 'get',
      path: '/api/documents/:id/signatures',
      summary: 'The signatures of a document, and which of them the asker may add',
      who: desk,
      params: DocumentParams,
      answers: { 200: SignaturesAnswer },
    },
    async ({ params, session }) => {
      const found = await toSign(params.id)
      if (found === null) return { refusal: { code: 'not_found' } }
      return { status: 200 as const, body: await answerOf(params.id, found.subject, session) }
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/documents/:id/signatures',
      summary: 'Signs a document: the one who answers for it, the secretary of minutes, then the organisation with its seal',
      who: desk,
      params: DocumentParams,
      body: NewSignature,
      answers: { 201: SignaturesAnswer },
    },
    async ({ params, body: { kind, password }, session }) => {
      const found = await toSign(params.id)
      if (found === null) return { refusal: { code: 'not_found' } }
      const { document, subject } = found
      const barred = refusalOfSignature(subject, kind, whoOf(session))
      if (barred !== null) return { refusal: barred }
      const seconds = await tries.take(session.user.id)
      if (seconds > 0) return refuse('too_many_attempts', undefined, { params: { seconds } })
      const opened = await openKey(keys, kind, session, password)
      if ('refusal' in opened) return opened
      await tries.giveBack(session.user.id)

      const base = await sources.officialPdf(document)
      const at = new Date()
      let pdf: Buffer
      try {
        pdf = await signDocument({ pdf: base.bytes, document }, { kind, key: opened, at, stamp })
      } catch (error) {
        if (error instanceof NoTimeStampError) return refuse('unavailable', undefined, { params: { service: 'timeStamps' } })
        throw error
      }
      const row = {
        documentId: document.id,
        position: subject.signatures.length + 1,
        kind,
        signer: nameIn(opened.key.certificate),
        signedAt: at.toISOString(),
        userId: session.user.id,
      }
      const isKept = await addSignature(sql, files, pdf, row, async (tx) => {
        if (kind === 'seal') await dispatch.release(tx, document.id)
      })
      if (!isKept) return refuse('conflict')
      const after = { ...subject, signatures: [...subject.signatures, kind] }
      return { status: 201 as const, body: await answerOf(document.id, after, session) }
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/documents/:id/scan',
      summary: 'Attaches the scan (PDF) of the paper that was signed by hand; it stays',
      who: desk,
      params: DocumentParams,
      isUpload: true,
      answers: { 201: SignaturesAnswer },
    },
    async ({ params, session, request }) => {
      const found = await toSign(params.id)
      const barred = found === null ? refuse('not_found') : mayAttachScan(viewerOf(session)) ? null : refuse('forbidden')
      if (found === null || barred !== null) {
        request.resume()
        return barred ?? refuse('not_found')
      }
      if ((await store.hashOf(params.id, 'scan')) !== null) {
        request.resume()
        return refuse('wrong_state', 'scan_there')
      }
      const upload = await receiveFile(request, files, { maxBytes: scanLimits.bytes, mediaType: 'application/pdf' })
      if ('refusal' in upload) return upload
      const bytes = await files.read(upload.file.sha256)
      if (bytes === null) throw new Error('an uploaded scan is not in the file store')
      await store.addFile(params.id, 'scan', bytes)
      return { status: 201 as const, body: await answerOf(params.id, found.subject, session) }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/documents/:id/scan.pdf',
      summary: 'The scan of the paper that was signed by hand',
      who: desk,
      params: DocumentParams,
      answers: { 200: mediaTypes.scan },
    },
    async ({ params, response }) => {
      const document = await store.documentOf(params.id)
      const file = document && (await store.fileOf(params.id, 'scan'))
      if (!document || !file) return { refusal: { code: 'not_found' } }
      const name = document.notation ?? document.abstract
      return sendFile(response, { bytes: file.bytes, name, ending: 'pdf', mediaType: mediaTypes.scan, show: 'inline' })
    },
  )
}
