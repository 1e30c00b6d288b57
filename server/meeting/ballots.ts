import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { appSecretOf } from '../web/app-secret.ts'

/**
 * The boxes of secret ballots. A box is one sealed value per vote, the running count per option, overwritten with every
 * ballot: no row, order or time joins a voter and a choice. The seal (AES-256-GCM) keeps a copy of the database from being
 * read; its key is APP_SECRET where one is set, else one kept in the database for demo and development.
 */
export interface BallotBoxes {
  /** Adds ballots to a box, in the transaction of the events that say who voted. */
  add(tx: TransactionSql, meetingId: string, voteId: string, options: number[]): Promise<void>
  /** The count so far, in the transaction that closes the vote. */
  count(tx: TransactionSql, voteId: string): Promise<number[]>
  discard(tx: TransactionSql, voteId: string): Promise<void>
}

export async function openBallotBoxes(sql: Sql, appSecret: string | undefined): Promise<BallotBoxes> {
  const key = createHash('sha256')
    .update(`ballots ${await appSecretOf(sql, appSecret)}`)
    .digest()

  const seal = (counts: number[]): Buffer => {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    // Always the same length, so that the size tells nothing.
    const body = Buffer.concat([cipher.update(JSON.stringify(counts).padEnd(128)), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), body])
  }
  const unseal = (sealed: Buffer): number[] => {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString()
    const counts: unknown = JSON.parse(text)
    return Array.isArray(counts) ? counts.map(Number) : []
  }
  const read = async (tx: TransactionSql, voteId: string): Promise<number[]> => {
    const [box] = await tx<{ sealed: Buffer }[]>`select sealed from ballot_boxes where vote_id = ${voteId} for update`
    return box ? unseal(box.sealed) : []
  }

  return {
    add: async (tx, meetingId, voteId, options) => {
      const counts = await read(tx, voteId)
      for (const option of options) counts[option] = (counts[option] ?? 0) + 1
      const sealed = seal(Array.from(counts, (count) => count ?? 0))
      await tx`
        insert into ballot_boxes (meeting_id, vote_id, sealed) values (${meetingId}, ${voteId}, ${sealed})
        on conflict (vote_id) do update set sealed = excluded.sealed`
    },
    count: read,
    discard: async (tx, voteId) => {
      await tx`delete from ballot_boxes where vote_id = ${voteId}`
    },
  }
}
