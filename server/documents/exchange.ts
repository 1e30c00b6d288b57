import { asEdxml } from './edxml.ts'
import { findBodies } from './bodies.ts'
import { officialPdf, renderedFile } from './rendered.ts'
import type { DocumentSources } from './rendered.ts'
import { mediaTypes } from './store.ts'
import type { DocumentRecord } from './store.ts'

interface OrganRow {
  id: string
  code: string
  name: string
  email: string | null
}

/** The units that a document goes to: those its conclusions address, or those who were at the meeting. */
async function findReceivers({ sql }: DocumentSources, document: DocumentRecord): Promise<OrganRow[]> {
  const ids =
    document.type === 'TB'
      ? sql`select unnest(array[lead_unit_id] || coordinating_unit_ids) from conclusions where id = any(${document.conclusionIds}::uuid[])`
      : sql`select unit_id from attendance where meeting_id = ${document.meetingId}`
  return sql<OrganRow[]>`select id, code, name, email from units where id in (${ids}) order by sort_order, code`
}

/** The document for the province's document axis, with the official PDF and the .docx inside. */
export async function exchangeFile(sources: DocumentSources, document: DocumentRecord): Promise<Buffer> {
  const { issuer, committee } = await findBodies(sources.sql, new Date(document.issuedAt))
  const [receivers, sender] = await Promise.all([
    findReceivers(sources, document),
    committee && sources.sql<OrganRow[]>`select id, code, name, email from units where id = ${committee.id}`,
  ])
  const authority = document.description?.closing.rightSignature.authority ?? []
  const name = (document.notation ?? document.id).replace(/[^\p{L}\p{N}-]+/gu, '-')
  return asEdxml({
    document,
    from: { id: sender?.[0]?.code ?? issuer.symbol, name: issuer.name, place: issuer.place },
    to: receivers.map((unit) => ({ id: unit.code, name: unit.name, ...(unit.email === null ? {} : { email: unit.email }) })),
    signer: { competence: authority.slice(0, -1).join(' '), position: authority.at(-1) ?? '', name: document.signer },
    attachments: [
      { name: `${name}.pdf`, mediaType: mediaTypes.pdf, file: await officialPdf(sources, document) },
      { name: `${name}.docx`, mediaType: mediaTypes.docx, file: await renderedFile(sources, document, 'docx') },
    ],
  })
}
