import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedDemo } from '#db/seed/demo.ts'
import { hashPassword } from '#server/people/passwords.ts'
import { startTestApp, type TestApp } from '../kit/app.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../kit/postgres.ts'

let postgres: TestPostgres
const running: TestApp[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
}, 60_000)
afterAll(async () => {
  await Promise.all(running.map((app) => app.close()))
  await postgres.stop()
})

async function start(database: TestDatabase): Promise<void> {
  running.push(await startTestApp(database, { DEMO: '1' }))
}

async function meetingsIn({ sql }: TestDatabase): Promise<string[]> {
  return (await sql<{ title: string }[]>`select title from meetings`).map((row) => row.title)
}

describe('a demo', () => {
  test('has one meeting, however many processes begin at once', async () => {
    const database = await postgres.database()
    await Promise.all([start(database), start(database)])
    expect(await meetingsIn(database)).toHaveLength(1)
  }, 60_000)

  test('gets its meeting at the next start when the first one died after the accounts', async () => {
    const database = await postgres.database()
    await seedDemo(database.sql, () => hashPassword('demo'))
    expect(await meetingsIn(database)).toEqual([])
    await start(database)
    expect(await meetingsIn(database)).toHaveLength(1)
  }, 60_000)
})
