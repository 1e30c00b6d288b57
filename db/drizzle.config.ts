import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './db/people.ts',
    './db/meetings.ts',
    './db/minutes.ts',
    './db/conclusions.ts',
    './db/documents.ts',
    './db/deliveries.ts',
    './db/signatures.ts',
    './db/withdrawals.ts',
    './db/signed-drafts.ts',
    './db/files.ts',
  ],
  out: './db/migrations',
})
