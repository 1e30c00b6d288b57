import type { Sql, TransactionSql } from 'postgres'
import type { DocumentDescription, Verification } from '#domain/documents/description.ts'
import { groupedHash } from '#domain/documents/description.ts'
import { byOrderOfChairman, onBehalfOfCommittee } from '#domain/documents/issuing.ts'
import { describeNotice } from '#domain/documents/notice.ts'
import { defaultRecipients } from '#domain/documents/recipients.ts'
import { addressedUnitIds } from '#domain/meeting/conclusion.ts'
import { findItem, isClosedItem, isClosedStub } from '#domain/meeting/state.ts'
import type { Conclusion, MeetingState } from '#domain/meeting/state.ts'
import { findBodies, findPersons, findUnits } from './bodies.ts'

/** The page of a verification code. */
export type VerifyUrl = (code: string) => string

/**
 * What the notice of a conclusion says, with the names of the day; of several, the first of which stands for date and number. Before
 * the issue it is the draft: number and date are left open and it carries no code. The hash is that of the last one's event.
 */
export async function describeConclusions(
  sql: Sql | TransactionSql,
  state: MeetingState,
  conclusions: [Conclusion, ...Conclusion[]],
  verifyUrl: VerifyUrl,
): Promise<DocumentDescription> {
  const [conclusion] = conclusions
  const on = new Date(conclusion.issuedAt ?? conclusion.proposedAt)
  const { committee, office, issuer } = await findBodies(sql, on)
  const isOneMatter = conclusions.every((one) => one.itemId === conclusion.itemId)
  const item = isOneMatter ? findItem(state, conclusion.itemId) : undefined
  const openItem = item === undefined || isClosedStub(item) || isClosedItem(item) ? undefined : item
  const units = await findUnits(sql, [
    ...conclusions.flatMap(addressedUnitIds),
    ...state.attendance.map((entry) => entry.unitId),
    ...(openItem?.presenterUnitId === undefined ? [] : [openItem.presenterUnitId]),
  ])
  const nameOf = (unitId: string): string => units.get(unitId)?.name ?? unitId
  const chairUserId = conclusion.approvedBy ?? state.chairUserId
  const chair = (await findPersons(sql, [chairUserId])).get(chairUserId) ?? {
    name: committee?.head?.name ?? '',
    title: committee?.head?.title ?? 'Chủ tịch',
  }
  const { code } = conclusion
  const hash = conclusions.at(-1)?.hash

  return describeNotice(
    {
      notation: conclusion.notation,
      issuedAt: conclusion.issuedAt,
      meeting: { title: state.title, heldAt: state.openedAt ?? state.scheduledAt },
      chair: { name: chair.name, title: chair.title },
      matter: openItem && {
        title: openItem.title,
        presenter: openItem.presenterUnitId === undefined ? undefined : nameOf(openItem.presenterUnitId),
      },
      attending: state.attendance
        .map((entry) => units.get(entry.unitId))
        .filter((unit) => unit !== undefined)
        .filter((unit) => unit.group_code !== 'committee' && unit.group_code !== 'office')
        .map((unit) => ({ name: unit.name, isLocality: unit.kind === 'district' || unit.kind === 'commune' })),
      conclusions: conclusions.map((one) => ({
        text: one.text,
        leadUnit: nameOf(one.leadUnitId),
        coordinatingUnits: one.coordinatingUnitIds.map(nameOf),
        dueDate: one.dueDate,
        product: one.product,
      })),
      corrects: conclusion.corrects === undefined ? undefined : await findCorrected(sql, conclusion.corrects),
    },
    {
      issuer,
      // The Office's head signs by order of the Chairman; without an Office the one who chaired does.
      signature:
        office?.head?.name !== undefined && office.head.title !== undefined
          ? byOrderOfChairman({ name: office.head.name, title: office.head.title })
          : onBehalfOfCommittee(chair),
      recipients: defaultRecipients,
      verification: code === undefined || hash === undefined ? undefined : verificationOf(code, hash, verifyUrl),
    },
  )
}

/** Keeps the room that a code and a hash will take. */
export const openVerification = (verifyUrl: VerifyUrl): Verification =>
  verificationOf('0000-0000-0000-0000', '0'.repeat(64), verifyUrl)

/** What leads from the paper to the verify page. */
export const verificationOf = (code: string, hash: string, verifyUrl: VerifyUrl): Verification => {
  const url = verifyUrl(code)
  return {
    url,
    lines: [`Mã tra cứu: ${code}`, `Tra cứu tại: ${url.replace(/\/[^/]*$/, '')}`, `Mã băm: ${groupedHash(hash)}`],
  }
}

async function findCorrected(
  sql: Sql | TransactionSql,
  conclusionId: string,
): Promise<{ notation: string; issuedAt: string } | undefined> {
  const [row] = await sql<{ notation: string; issued_at: Date }[]>`
    select notation, issued_at from conclusions where id = ${conclusionId} and status = 'issued'`
  return row && { notation: row.notation, issuedAt: row.issued_at.toISOString() }
}
