import type { z } from 'zod'
import type { LogAnswer } from '#domain/contract/http.ts'
import { canonicalJson } from '#domain/canonical.ts'

export type LogCheck = { ok: true; events: number; head: string } | { ok: false; seq: number }

const firstHash = '0'.repeat(64)

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Computes the chain of the whole log again and compares every link, the numbering and the head. */
export async function checkLog({ events, head }: z.infer<typeof LogAnswer>): Promise<LogCheck> {
  let before = firstHash
  let seq = 0
  for (const { hash, prevHash, ...event } of events) {
    seq += 1
    const computed = await sha256(before + canonicalJson(event))
    if (event.seq !== seq || prevHash !== before || hash !== computed) return { ok: false, seq }
    before = hash
  }
  return head.seq === seq && head.hash === before ? { ok: true, events: seq, head: before } : { ok: false, seq: head.seq }
}
