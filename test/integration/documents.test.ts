import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pino from 'pino'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import type { Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { notationOf } from '#domain/documents/issuing.ts'
import { motto, nationalName, nd30 } from '#domain/documents/nd30-2020.ts'
import { evolve } from '#domain/meeting/meeting.ts'
import { emptyMeeting } from '#domain/meeting/state.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { boldFace } from '#server/conclusions/layout/font.ts'
import { createDocumentRenderer } from '#server/conclusions/layout/renderer.ts'
import { makeCode, takeNumber } from '#server/conclusions/numbers.ts'
import { registerConclusions } from '#server/conclusions/routes.ts'
import { recordIssued } from '#server/documents/record.ts'
import { renderedFile, type DocumentSources } from '#server/documents/rendered.ts'
import { createDocumentStore } from '#server/documents/store.ts'
import { createFileStore } from '#server/files/store.ts'
import { registerPresentations } from '#server/files/routes.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import type { EmbeddedPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { appendToLog, chain, zeroHash } from '#server/meeting/log.ts'
import type { Session } from '#server/people/sessions.ts'
import { readSettings } from '#server/settings.ts'
import { createDoors } from '#server/web/http.ts'
import decree from '../data/nd30-2020.json' with { type: 'json' }
import { notice, textsOf } from '../kit/documents.ts'
import { readZip } from '../kit/zip.ts'

const run = promisify(execFile)

const hasPoppler = (() => {
  try {
    execFileSync('pdftotext', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const renderer = createDocumentRenderer()
afterAll(() => renderer.close())

const between = (value: number, range: number[] | undefined): void => {
  expect(value).toBeGreaterThanOrEqual(range?.[0] ?? Infinity)
  expect(value).toBeLessThanOrEqual(range?.[1] ?? -Infinity)
}

const component = (key: string) => decree.components.find((one) => one.key === key)
const twips = (mm: number): number => (mm * 1440) / 25.4
const attribute = (xml: string | undefined, name: string): number => Number(new RegExp(`${name}="(-?\\d+)"`).exec(xml ?? '')?.[1])

describe('the .docx', () => {
  let parts: Map<string, string>
  let body: string
  let description: DocumentDescription

  beforeAll(async () => {
    description = notice()
    parts = readZip(await renderer.renderDocument(description, 'docx'))
    body = parts.get('word/document.xml') ?? ''
  })

  const styleXml = (key: string): string =>
    new RegExp(`<w:style [^>]*w:styleId="${key}".*?</w:style>`, 's').exec(parts.get('word/styles.xml') ?? '')?.[0] ?? ''

  test('has the decree’s paper and margins', () => {
    expect(attribute(/<w:pgSz[^>]*>/.exec(body)?.[0], 'w:w')).toBeCloseTo(twips(210), -1)
    expect(attribute(/<w:pgSz[^>]*>/.exec(body)?.[0], 'w:h')).toBeCloseTo(twips(297), -1)
    const margins = /<w:pgMar[^>]*>/.exec(body)?.[0]
    for (const side of ['top', 'bottom', 'left', 'right'] as const) {
      const [least = 0, most = 0] = decree.page.marginsMm[side]
      between(attribute(margins, `w:${side}`), [Math.floor(twips(least)), Math.ceil(twips(most))])
    }
  })

  test('names Times New Roman and black, and no other face or colour, in every style and run that it uses', () => {
    const used = [...body.matchAll(/<w:pStyle w:val="(\w+)"/g)].map((match) => styleXml(match[1] ?? ''))
    const defaults = /<w:docDefaults>.*?<\/w:docDefaults>/s.exec(parts.get('word/styles.xml') ?? '')?.[0] ?? ''
    for (const xml of [...used, defaults, body]) {
      for (const [fonts] of xml.matchAll(/<w:rFonts [^>]*>/g))
        expect(fonts.replaceAll('"Times New Roman"', '')).not.toContain('"')
      expect([...xml.matchAll(/<w:color w:val="([^"]+)"/g)].every((match) => match[1] === '000000')).toBe(true)
    }
    expect(defaults).toContain('w:ascii="Times New Roman"')
    expect(used.every((xml) => xml.includes('w:ascii="Times New Roman"'))).toBe(true)
  })

  test.each(decree.components.filter((one) => one.key in nd30.styles).map((one) => [one.key, one] as const))(
    'style %s has size, weight, slope and alignment of the decree',
    (key, rule) => {
      const xml = styleXml(key)
      between(attribute(/<w:sz [^>]*>/.exec(xml)?.[0], 'w:val') / 2, rule.sizePt)
      expect(/<w:b\/>/.test(xml)).toBe(rule.bold)
      expect(/<w:i\/>/.test(xml)).toBe(rule.italic)
      expect(/<w:jc w:val="(\w+)"/.exec(xml)?.[1]).toBe({ center: 'center', left: 'left', justify: 'both' }[rule.align])
    },
  )

  test('indents and spaces the text as the decree says', () => {
    const xml = styleXml('body')
    const indents = (component('body')?.firstLineIndentMm ?? []).map((mm) => Math.round(twips(mm)))
    expect(indents).toContain(attribute(xml, 'w:firstLine'))
    expect(attribute(xml, 'w:after')).toBeGreaterThanOrEqual(120)
    between(attribute(xml, 'w:line'), [240, 360])
  })

  test('has the components in order, number and date in one row, recipients level with the authority', () => {
    const order = [...body.matchAll(/<w:pStyle w:val="(\w+)"/g)].map((match) => match[1])
    const expected = [
      'issuingBody',
      'nationalName',
      'motto',
      'numberSymbol',
      'placeDate',
      'kind',
      'subject',
      'body',
      'clause',
      'point',
    ]
    const positions = [...expected, 'recipientsLabel', 'recipients', 'verification', 'authority', 'signerName'].map((key) =>
      order.indexOf(key),
    )
    expect(positions).not.toContain(-1)
    expect([...positions].sort((one, other) => one - other)).toEqual(positions)
    const rows = body.split('<w:tr>')
    expect(rows.some((row) => row.includes('numberSymbol') && row.includes('placeDate'))).toBe(true)
    expect(rows.some((row) => row.includes('recipientsLabel'))).toBe(true)
    expect(body.match(/<w:txbxContent/g)).toBeNull()
  })

  test('draws the line under the motto as long as its text, and short ones under issuer and subject', () => {
    const rules = [...body.matchAll(/<w:p><w:pPr><w:pBdr>.*?<\/w:p>/gs)].map((match) => ({
      left: attribute(/<w:ind [^>]*>/.exec(match[0])?.[0], 'w:left'),
      right: attribute(/<w:ind [^>]*>/.exec(match[0])?.[0], 'w:right'),
    }))
    const [issuer, under, subject] = rules
    expect(rules).toHaveLength(3)
    const width = (rule: { left: number; right: number } | undefined, within: number): number =>
      (within - (rule?.left ?? 0) - (rule?.right ?? 0)) / 20
    const [left = 0, right = 0] = nd30.headerColumns.map((share) => share * twips(165))
    const mottoWidth = boldFace().widthOf(motto, nd30.styles.motto.sizePt)
    expect(Math.abs(width(under, right) / mottoWidth - 1)).toBeLessThan(0.02)
    between(width(issuer, left) / boldFace().widthOf('ỦY BAN NHÂN DÂN', 12), component('issuingBody')?.ruleBelow?.lengthRatio)
    between(width(subject, twips(165)) / (twips(145) / 20), [0.3, 0.5])
  })

  test('numbers the pages from the second, centred in the top margin', () => {
    expect(body).toContain('<w:titlePg/>')
    const header = (kind: string): string => {
      const id = new RegExp(`<w:headerReference [^>]*w:type="${kind}"[^>]*>`).exec(body)?.[0]
      const relation = /r:id="(\w+)"/.exec(id ?? '')?.[1] ?? ''
      const target = new RegExp(`<Relationship [^>]*Id="${relation}"[^>]*>`).exec(
        parts.get('word/_rels/document.xml.rels') ?? '',
      )?.[0]
      return parts.get(`word/${/Target="([^"]+)"/.exec(target ?? '')?.[1] ?? ''}`) ?? ''
    }
    expect(header('first')).not.toContain('PAGE')
    expect(header('default')).toMatch(/PAGE/)
    expect(header('default')).toContain('w:val="pageNumber"')
  })

  test('holds exactly the texts of the description, in NFC', () => {
    const words = [...body.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((match) => match[1] ?? '')
    expect(words.every((word) => word === word.normalize('NFC'))).toBe(true)
    expect([...words].sort()).toEqual([...textsOf(description), nationalName, motto, 'Nơi nhận:'].sort())
  })

  test('tells nothing of who or what made it, and takes markup for text', async () => {
    expect(parts.get('docProps/core.xml')).toContain('<dc:creator>Ủy ban nhân dân tỉnh Kon Tum</dc:creator>')
    expect([...parts.values()].join('')).not.toMatch(/Un-named|lastModifiedBy/)
    const hostile = notice({ matter: { title: '<b>&lt;x</b> {{a}} </w:t> #panic("x") $x$ @y' } })
    const xml = readZip(await renderer.renderDocument(hostile, 'docx')).get('word/document.xml') ?? ''
    expect(xml).toContain('&lt;b&gt;&amp;lt;x&lt;/b&gt; {{a}} &lt;/w:t&gt; #panic(')
  })
})

describe.skipIf(!hasPoppler)('the .pdf', () => {
  let folder: string
  let file: string
  const description = notice()

  const write = async (what: DocumentDescription, name: string): Promise<string> => {
    const target = path.join(folder, name)
    await writeFile(target, await renderer.renderDocument(what, 'pdf'))
    return target
  }
  interface Word {
    text: string
    page: number
    xMin: number
    xMax: number
    yMax: number
  }
  const wordsOf = async (pdf: string): Promise<Word[]> => {
    const { stdout } = await run('pdftotext', ['-bbox', pdf, '-'])
    let page = 0
    return stdout.split('\n').flatMap((line) => {
      if (line.includes('<page ')) page++
      const found = /<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="([\d.]+)">(.*)<\/word>/.exec(line)
      return found ? [{ text: found[4] ?? '', page, xMin: Number(found[1]), xMax: Number(found[2]), yMax: Number(found[3]) }] : []
    })
  }
  const squeeze = (text: string): string => text.replace(/\s+/g, '')

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'documents-'))
    file = await write(description, 'notice.pdf')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('is A4 and PDF/A-2b, titled, and all its fonts are inside', async () => {
    const { stdout: info } = await run('pdfinfo', [file])
    expect(info).toMatch(/Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)/)
    const { stdout: metadata } = await run('pdfinfo', ['-meta', file])
    expect(metadata).toMatch(/<pdfaid:part>2<.*<pdfaid:conformance>B</s)
    expect(info).toContain('Author:          Ủy ban nhân dân tỉnh Kon Tum')
    const fonts = (await run('pdffonts', [file])).stdout.split('\n').slice(2).filter(Boolean)
    expect(fonts.length).toBeGreaterThan(0)
    expect(fonts.every((line) => /Tinos/.test(line) && / yes yes yes /.test(line))).toBe(true)
  })

  test('gives back every text of the description, in NFC', async () => {
    const { stdout } = await run('pdftotext', ['-raw', file, '-'])
    expect(stdout).toBe(stdout.normalize('NFC'))
    const all = squeeze(stdout)
    for (const text of [...textsOf(description), nationalName, motto, 'Nơi nhận:']) expect(all).toContain(squeeze(text))
  })

  test('keeps to the margins, number and date on one line, recipients level with the authority', async () => {
    const words = await wordsOf(file)
    const points = (mm: number): number => (mm * 72) / 25.4
    expect(Math.min(...words.map((word) => word.xMin))).toBeGreaterThanOrEqual(points(30) - 0.5)
    expect(Math.max(...words.map((word) => word.xMax))).toBeLessThanOrEqual(595.28 - points(15) + 0.5)
    const line = (text: string): number => words.find((word) => word.text === text)?.yMax ?? NaN
    expect(Math.abs(line('05/TB-UBND') - line('Kon'))).toBeLessThanOrEqual(1.5)
    expect(Math.abs(line('Nơi') - line('TL.'))).toBeLessThanOrEqual(4)
  })

  test('numbers its pages from the second, in the middle of the top margin, and never leaves the signature alone', async () => {
    const long = notice({
      conclusions: Array.from({ length: 14 }, (_, at) => ({
        text: `Nội dung ${at} `.repeat(30),
        leadUnit: 'Sở Y tế',
        coordinatingUnits: [],
      })),
    })
    const words = await wordsOf(await write(long, 'long.pdf'))
    const last = Math.max(...words.map((word) => word.page))
    expect(last).toBeGreaterThan(2)
    const inTopMargin = (page: number): Word[] => words.filter((word) => word.page === page && word.yMax < (20 * 72) / 25.4)
    expect(inTopMargin(1)).toEqual([])
    const centre = ((30 + 165 / 2) * 72) / 25.4
    for (let page = 2; page <= last; page++) {
      const [number] = inTopMargin(page)
      expect(number?.text).toBe(String(page))
      expect(Math.abs(((number?.xMin ?? 0) + (number?.xMax ?? 0)) / 2 - centre)).toBeLessThan(1)
    }
    const lastPage = words.filter((word) => word.page === last)
    expect(lastPage.some((word) => word.text.endsWith('./.'))).toBe(true)
    expect(lastPage.some((word) => word.text === 'Mực')).toBe(true)
  })

  test('takes markup and code for text, and boxes what the face cannot draw', async () => {
    const hostile = notice({ matter: { title: '<b>x</b> #panic("x") $x^2$ @y #read("/etc/passwd") 会 😀' } })
    const { stdout } = await run('pdftotext', ['-raw', await write(hostile, 'hostile.pdf'), '-'])
    expect(squeeze(stdout)).toContain(squeeze('<b>x</b> #panic("x") $x^2$ @y #read("/etc/passwd") □ □'))
  })
})

describe('the renderer', () => {
  test('gives the same bytes for the same description, in both formats, also from another thread', async () => {
    const other = createDocumentRenderer()
    for (const format of ['pdf', 'docx'] as const) {
      const [one, two] = await Promise.all([renderer.renderDocument(notice(), format), other.renderDocument(notice(), format)])
      expect(one.equals(two)).toBe(true)
      expect((await renderer.renderDocument(notice(), format)).equals(one)).toBe(true)
    }
    await other.close()
  })

  test('fails a task that takes too long, and goes on with the next', async () => {
    const hasty = createDocumentRenderer(1)
    await expect(hasty.renderDocument(notice(), 'pdf')).rejects.toThrow('longer than 1 ms')
    await hasty.close()
    await expect(hasty.renderDocument(notice(), 'pdf')).rejects.toThrow('closed')
  })

  test('survives what cannot be drawn', async () => {
    const broken = { ...notice(), closing: { recipients: [], rightSignature: { authority: [], name: '' } } }
    await renderer.renderDocument(broken, 'pdf').catch(() => undefined)
    expect((await renderer.renderDocument(notice(), 'pdf')).length).toBeGreaterThan(1000)
  })
})

describe('issued conclusions', () => {
  let folder: string
  let postgres: EmbeddedPostgres
  let database: Database
  let server: Server
  let base: string
  let session: Session | null = null
  let mayRead = true
  let state: MeetingState
  let documents: DocumentSources
  let head = { seq: 0, hash: zeroHash }
  const [committee, office, lead, user, meeting, item] = [uuid(), uuid(), uuid(), uuid(), uuid(), uuid()]

  const verifyUrl = (code: string): string => `https://hop.example/verify/${code}`

  /** Issues a conclusion as a room does: number, log, read model and book in one transaction. */
  const issue = async (
    more: { corrects?: string } = {},
  ): Promise<{ id: string; code: string; number: number; notation: string }> => {
    const id = uuid()
    const code = makeCode()
    return database.sql.begin(async (tx) => {
      const number = await takeNumber(tx, { year: 2026, type: 'TB', issuer: 'Ủy ban nhân dân tỉnh Kon Tum' })
      const notation = notationOf(number, 'TB', 'UBND')
      const at = '2026-11-26T03:00:00.000Z'
      const logged = chain(
        head,
        {
          type: 'conclusion.issued',
          conclusionId: id,
          itemId: item,
          text: 'Giao Sở Tài chính báo cáo.',
          leadUnitId: lead,
          coordinatingUnitIds: [],
          dueDate: '2026-12-05',
          proposedAt: at,
          proposedBy: user,
          number,
          notation,
          code,
          ...more,
        },
        { at, actor: { system: true } },
      )
      const { event, hash } = logged
      await appendToLog(tx, meeting, [logged])
      await tx`
        insert into conclusions (id, meeting_id, item_id, text, lead_unit_id, coordinating_unit_ids, due_date, status, number, type, issuer,
          year, notation, code, hash, issued_at, issued_seq, corrects)
        values (${id}, ${meeting}, ${item}, 'Giao Sở Tài chính báo cáo.', ${lead}, '{}', '2026-12-05', 'issued', ${number}, 'TB',
          'Ủy ban nhân dân tỉnh Kon Tum', 2026, ${notation}, ${code}, ${hash}, ${at}, ${event.seq}, ${more.corrects ?? null})`
      await recordIssued(tx, [event], evolve(state, event), verifyUrl)
      head = { seq: event.seq, hash }
      return { id, code, number, notation }
    })
  }
  const get = (address: string): Promise<Response> => fetch(`${base}${address}`)

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'documents-'))
    const log = pino({ level: 'silent' })
    postgres = await startPostgres({ dataDir: folder, log, progress: silently })
    await migrate(postgres.url)
    database = openDatabase(postgres.url)
    const { sql, db } = database
    await sql`insert into units (id, code, name, short_name, kind, group_code, symbol, head) values
      (${committee}, 'ubnd', 'Ủy ban nhân dân tỉnh Kon Tum', 'UBND tỉnh', 'office', 'committee', 'UBND', null),
      (${office}, 'vpubnd', 'Văn phòng Ủy ban nhân dân tỉnh', 'Văn phòng UBND tỉnh', 'office', 'office', 'VP',
        ${sql.json({ name: 'Doãn Thế Mực', title: 'Chánh Văn phòng UBND tỉnh' })}),
      (${lead}, 'stc', 'Sở Tài chính', 'Sở Tài chính', 'department', 'specialised', 'STC', null)`
    await sql`insert into users (id, username, name, title, role, unit_id) values
      (${user}, 'chutri', 'Lương Vĩnh Khoan', 'Chủ tịch UBND tỉnh', 'leader', ${committee})`
    await sql`insert into meetings (id, title, kind, status, scheduled_at, chair_user_id, unit_ids) values
      (${meeting}, 'Họp giao ban', 'standing', 'running', now(), ${user}, ${sql.array([lead])}::uuid[])`
    state = { ...emptyMeeting(meeting), title: 'Họp giao ban', chairUserId: user, openedAt: '2026-11-26T00:30:00.000Z' }

    const settings = readSettings({ DATA_DIR: folder, PUBLIC_URL: 'https://hop.example', LIVEKIT_URL: 'off' })
    const doors = createDoors({ settings, log, connectSources: () => [] })
    doors.ready = true
    doors.findSession = () => Promise.resolve(session)
    const services = { settings, log, sql, db }
    const files = createFileStore(path.join(folder, 'files'))
    documents = {
      sql,
      store: createDocumentStore({ sql, files }),
      renderer,
      stateAt: () => Promise.resolve(state),
      verifyUrl,
    }
    registerConclusions(doors, services, {
      documents,
      stateOf: () => Promise.resolve(state),
      mayReadConclusion: () => Promise.resolve(mayRead),
      readFile: files.read,
    })
    registerPresentations(doors, services, {
      mayPresent: () => Promise.resolve(mayRead ? null : { code: 'forbidden' }),
      mayView: () => Promise.resolve(mayRead),
    })
    server = doors.app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    session = {
      id: uuid(),
      user: {
        id: user,
        username: 'chutri',
        name: 'Lương Vĩnh Khoan',
        title: 'Chủ tịch UBND tỉnh',
        role: 'leader',
        unitId: committee,
      },
      expiresAt: new Date(Date.now() + 3_600_000),
    }
  })

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    await database.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('open as .docx and .pdf for who may see them, byte for byte the same again', async () => {
    const { id } = await issue()
    for (const format of ['pdf', 'docx']) {
      const first = await get(`/api/conclusions/${id}.${format}`)
      expect(first.status).toBe(200)
      expect(first.headers.get('content-type')).toContain(format === 'pdf' ? 'application/pdf' : 'wordprocessingml')
      expect(first.headers.get('content-disposition')).toMatch(new RegExp(`01-TB-UBND\\.${format}`))
      const bytes = Buffer.from(await first.arrayBuffer())
      state = { ...state, title: `${state.title} đã đổi tên` }
      const again = Buffer.from(await (await get(`/api/conclusions/${id}.${format}`)).arrayBuffer())
      expect(again.equals(bytes)).toBe(true)
    }
  })

  test('do not exist for who may not see them, for the signed out, and before they are issued', async () => {
    const { id } = await issue()
    mayRead = false
    expect((await get(`/api/conclusions/${id}.pdf`)).status).toBe(404)
    mayRead = true
    const was = session
    session = null
    expect((await get(`/api/conclusions/${id}.pdf`)).status).toBe(401)
    session = was === null ? null : { ...was, meetingId: uuid() }
    expect((await get(`/api/conclusions/${id}.pdf`)).status).toBe(404)
    session = was
    expect((await get(`/api/conclusions/${uuid()}.pdf`)).status).toBe(404)
    expect((await get('/api/conclusions/not-an-id.pdf')).status).toBe(404)
  })

  test('are made once, also when two processes make one at the same moment and their drafts differ', async () => {
    const { id } = await issue()
    const made: Buffer[] = []
    // None is stored before all three are drawn: that is the moment in question.
    let release = (): void => undefined
    const allDrawn = new Promise<void>((resolve) => (release = resolve))
    const process = (title: string): DocumentSources => ({
      ...documents,
      renderer: {
        close: () => Promise.resolve(),
        renderDocument: async (description, format) => {
          const bytes = await renderer.renderDocument({ ...description, title }, format)
          made.push(bytes)
          if (made.length === 3) release()
          await allDrawn
          return bytes
        },
      },
    })
    const document = await documents.store.documentOf(id)
    if (document === null) throw new Error('not in the book')
    const answers = await Promise.all(['một', 'hai', 'ba'].map((title) => renderedFile(process(title), document, 'pdf')))
    const [first] = answers
    expect(new Set(made.map((bytes) => bytes.toString('latin1'))).size).toBe(3)
    expect(answers.every((answer) => first?.bytes.equals(answer.bytes))).toBe(true)
    expect((await renderedFile(process('bốn'), document, 'pdf')).bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true)
  })

  test('say nothing of a closed item, whose notice also reaches units outside', async () => {
    const clock = { number: 1, status: 'done' as const, budgetSeconds: 60, usedSeconds: 60 }
    const before = state
    state = { ...state, agenda: [{ ...clock, id: item, title: 'NỘI DUNG KÍN', audience: [office], form: 'online' as const }] }
    const { id } = await issue()
    state = before
    const document = await documents.store.documentOf(id)
    expect(document?.description).not.toBeNull()
    expect(JSON.stringify(document)).not.toContain('KÍN')
  })

  test('stand as they were issued: the database lets nothing but their status change, and nothing be deleted', async () => {
    const { id } = await issue()
    await database.sql`update documents set status = 'withdrawn' where id = ${id}`
    expect((await documents.store.documentOf(id))?.status).toBe('withdrawn')
    await expect(database.sql`update documents set abstract = 'khác' where id = ${id}`).rejects.toThrow('does not change')
    await expect(database.sql`update documents set number = 99 where id = ${id}`).rejects.toThrow('does not change')
    await expect(database.sql`delete from documents where id = ${id}`).rejects.toThrow('does not change')
  })

  test('are verified by their code, however it is typed, and tell who corrected them', async () => {
    const { id, code, number, notation } = await issue()
    const answer: unknown = await (await get(`/api/verify/${code.toLowerCase().replaceAll('-', ' ')}`)).json()
    expect(answer).toMatchObject({
      valid: true,
      number,
      notation,
      issuer: 'Ủy ban nhân dân tỉnh Kon Tum',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      text: 'Giao Sở Tài chính báo cáo.',
    })
    expect(answer).not.toHaveProperty('correctedBy')
    await issue({ corrects: id })
    expect(await (await get(`/api/verify/${code}`)).json()).toHaveProperty('correctedBy')
  })

  test('one letter changed in the database, in the table or in the log, is no valid document any more, and it is said at which event', async () => {
    const [first, second] = [await issue(), await issue()]
    const look = async ({ code }: { code: string }) => (await (await get(`/api/verify/${code}`)).json()) as object
    const [row] = await database.sql<{ seq: number }[]>`select issued_seq as seq from conclusions where id = ${first.id}`
    const seq = row?.seq ?? 0
    expect(await look(first)).toMatchObject({ valid: true })
    await database.sql`update conclusions set text = replace(text, 'báo cáo', 'bảo cáo') where id = ${first.id}`
    expect(await look(first)).toMatchObject({ valid: false, brokenAt: seq })
    await database.sql`update conclusions set text = replace(text, 'bảo cáo', 'báo cáo') where id = ${first.id}`
    expect(await look(first)).toMatchObject({ valid: true })
    // Whoever owns the database can go around the triggers; the event that follows holds on to what was there.
    await database.sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`
      await tx`update events set hash = ${'0'.repeat(64)} where meeting_id = ${meeting} and seq = ${seq}`
    })
    expect(await look(first)).toMatchObject({ valid: false, brokenAt: seq })
    expect(await look(second)).toMatchObject({ valid: false, brokenAt: seq + 1 })
  })

  test('one letter changed in a kept file: what is given out is the file as it was issued, and its hash alone is known', async () => {
    const { id, code } = await issue()
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    for (const format of ['pdf', 'docx'] as const) {
      const bytesNow = async () => Buffer.from(await (await get(`/api/conclusions/${id}.${format}`)).arrayBuffer())
      const issued = await bytesNow()
      const altered = Buffer.from(issued)
      altered[1000] = (altered[1000] ?? 0) ^ 1
      const { files } = (await (await get(`/api/verify/${code}`)).json()) as { files: { form: string; sha256: string }[] }
      expect(files.find(({ form }) => form === format)?.sha256).toBe(sha256(issued))
      expect(files.map((file) => file.sha256)).not.toContain(sha256(altered))
      const place = path.join(folder, 'files', sha256(issued).slice(0, 2), sha256(issued))
      await writeFile(place, altered)
      expect((await bytesNow()).equals(issued)).toBe(true)
      expect((await readFile(place)).equals(issued)).toBe(true)
    }
  })

  test('are not found by guessing: unknown codes are 404, and after sixty in a minute 429', async () => {
    const statuses: number[] = []
    for (let at = 0; at < 62; at++) statuses.push((await get(`/api/verify/${makeCode()}`)).status)
    expect(statuses.slice(0, 60).every((status) => status === 404)).toBe(true)
    expect(statuses.at(-1)).toBe(429)
  })

  test('[numbers] fifty at once, every third rolled back, leave no gap and no double', async () => {
    const series = { year: 2031, type: 'TB', issuer: 'Ủy ban nhân dân tỉnh Kon Tum' }
    const taken = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        database.sql
          .begin(async (tx) => {
            const number = await takeNumber(tx, series)
            if (at % 3 === 0) throw new Error('rolled back')
            return number
          })
          .catch(() => null),
      ),
    )
    const kept = taken.filter((number) => number !== null).sort((one, other) => one - other)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => at + 1))
  })

  describe.skipIf(!hasPoppler)('presentations', () => {
    const send = async (bytes: Buffer, name: string, fields: Record<string, string> = {}): Promise<Response> => {
      const form = new FormData()
      for (const [key, value] of Object.entries(fields)) form.append(key, value)
      form.append('file', new Blob([new Uint8Array(bytes)]), name)
      return fetch(`${base}/api/meetings/${meeting}/presentations`, { method: 'POST', body: form })
    }
    const stringIn = (value: unknown, key: string): string => {
      const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
      return typeof found === 'string' ? found : ''
    }

    test('are taken as PDF, listed, and sent page by page in the size that is asked for', async () => {
      const pdf = await renderer.renderDocument(notice(), 'pdf')
      const created = await send(pdf, 'Báo cáo tiến độ.pdf')
      expect(created.status).toBe(201)
      const one: unknown = await created.json()
      expect(one).toMatchObject({ title: 'Báo cáo tiến độ', pages: 1 })
      const page = await get(`/api/presentations/${stringIn(one, 'id')}/pages/1?width=640`)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('image/jpeg')
      expect(page.headers.get('cache-control')).toContain('immutable')
      expect(
        Buffer.from(await page.arrayBuffer())
          .subarray(0, 3)
          .toString('hex'),
      ).toBe('ffd8ff')
      expect((await get(`/api/presentations/${stringIn(one, 'id')}/pages/2`)).status).toBe(404)
      expect((await get(`/api/presentations/${stringIn(one, 'id')}/pages/1?width=9999`)).status).toBe(400)
      expect(await (await get(`/api/meetings/${meeting}/presentations`)).json()).toMatchObject({ presentations: [{ pages: 1 }] })
      mayRead = false
      expect((await get(`/api/presentations/${stringIn(one, 'id')}/pages/1`)).status).toBe(404)
      expect(await (await get(`/api/meetings/${meeting}/presentations`)).json()).toEqual({ presentations: [] })
      mayRead = true
    })

    test('are refused when they are no PDF, damaged, too large, or from somebody who may not', async () => {
      expect((await send(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.pdf')).status).toBe(400)
      expect((await send(Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(6000)]), 'a.pdf')).status).toBe(400)
      expect((await send(Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(31 * 1024 * 1024)]), 'a.pdf')).status).toBe(413)
      mayRead = false
      expect((await send(Buffer.from('%PDF-1.7'), 'a.pdf')).status).toBe(403)
      mayRead = true
      expect(await readdir(path.join(folder, 'files', 'incoming'))).toEqual([])
    })
  })

  test('leave nothing of the file store to a name from outside', async () => {
    const store = createFileStore(path.join(folder, 'files'))
    expect(() => store.pathOf('../../etc/passwd')).toThrow()
    const { sha256, size } = await store.put([Buffer.from('xin '), Buffer.from('chào')])
    expect(size).toBe(9)
    expect((await readFile(store.pathOf(sha256))).toString()).toBe('xin chào')
  })
})
