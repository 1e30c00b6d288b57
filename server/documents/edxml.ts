import { kindNames } from '#domain/documents/book.ts'
import { dayOf } from '#domain/documents/dates.ts'
import { cleanText } from '#domain/documents/description.ts'
import type { DocumentFile, DocumentRecord } from './store.ts'

export interface Organ {
  /** The identification code on the document axis; the unit's own code where it has none. */
  id: string
  name: string
  email?: string
}

export interface EdxmlParts {
  document: DocumentRecord
  from: Organ & { place: string }
  to: Organ[]
  signer: { competence: string; position: string; name: string }
  attachments: { name: string; mediaType: string; file: DocumentFile }[]
}

type Content = string | number | Element[]
interface Element {
  name: string
  content: Content
  attributes?: Record<string, string>
}

const element = (name: string, content: Content, attributes?: Record<string, string>): Element => ({ name, content, attributes })

const escaped = (text: string): string =>
  cleanText(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

const write = ({ name, content, attributes = {} }: Element): string => {
  const tag = `edXML:${name}`
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const inside = Array.isArray(content) ? content.map(write).join('') : escaped(String(content))
  return `<${tag}${written.join('')}>${inside}</${tag}>`
}

const organ = (one: Organ): Element[] => [
  element('OrganId', one.id),
  element('OrganizationInCharge', one.name),
  element('OrganName', one.name),
  ...(one.email === undefined ? [] : [element('Email', one.email)]),
]

const isoDay = (at: string): string => {
  const { year, month, day } = dayOf(at)
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-')
}

/** Administrative documents, as opposed to legal norms. */
const administrative = 2

/**
 * A document in the shape of the national exchange format (edXML, QCVN 102:2016/BTTTT): header with the metadata of Phụ lục VI,
 * manifest, and the files themselves in base64. The province's document axis takes it from here; it signs and routes by itself.
 */
export function asEdxml({ document, from, to, signer, attachments }: EdxmlParts): Buffer {
  const header = element('MessageHeader', [
    element('From', organ(from)),
    ...to.map((one) => element('To', organ(one))),
    element('DocumentId', `${from.id},${isoDay(document.issuedAt).replaceAll('-', '/')},${document.notation ?? ''}`),
    element('Code', [
      element('CodeNumber', document.number ?? ''),
      element('CodeNotation', (document.notation ?? '').replace(/^[^/]*\//, '')),
    ]),
    element('PromulgationInfo', [element('Place', from.place), element('PromulgationDate', isoDay(document.issuedAt))]),
    element('DocumentType', [element('Type', administrative), element('TypeName', kindNames[document.type])]),
    element('Subject', document.abstract.slice(0, 500)),
    element('Content', document.abstract),
    element('SignerInfo', [
      element('Competence', signer.competence),
      element('Position', signer.position),
      element('FullName', signer.name),
    ]),
    element(
      'ToPlaces',
      document.recipients.map((place) => element('Place', place)),
    ),
    element('OtherInfo', [element('Priority', 0), element('PromulgationAmount', to.length)]),
  ])
  const trace = element('TraceHeaderList', [
    element('TraceHeader', [element('OrganId', from.id), element('Timestamp', document.issuedAt)]),
    element('Bussiness', [element('BussinessDocType', 0), element('BussinessDocReason', 'Văn bản mới')]),
  ])
  const manifest = element(
    'Manifest',
    attachments.map(({ name, mediaType }, at) =>
      element('Reference', [
        element('ContentId', `cid:${at + 1}`),
        element('ContentType', mediaType),
        element('AttachmentName', name),
        element('Description', document.abstract.slice(0, 500)),
      ]),
    ),
    { version: '1.0' },
  )
  const encoded = element(
    'AttachmentEncoded',
    attachments.map(({ name, mediaType, file }, at) =>
      element('Attachment', [
        element('ContentId', `cid:${at + 1}`),
        element('ContentType', mediaType),
        element('ContentTransferEncoded', file.bytes.toString('base64')),
        element('AttachmentName', name),
      ]),
    ),
  )
  const envelope = element(
    'edXMLEnvelope',
    [element('edXMLHeader', [header, trace]), element('edXMLBody', [manifest]), encoded],
    { 'xmlns:edXML': 'http://www.mic.gov.vn/TBT/QCVN_102_2016' },
  )
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${write(envelope)}\n`)
}
