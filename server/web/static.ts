import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import express, { type RequestHandler } from 'express'
import { packed, sendPacked } from './brotli.ts'
import { slotOf, type Doors } from './http.ts'
import { pagesOf } from './page-files.ts'

/**
 * Serves the built client: files with a hash in their name for a year, the page itself always fresh. Texts go out compressed,
 * once per file and process; a weak line is what this product is for. Until the client is built the page says so and asks again.
 */
export function serveClient(doors: Doors, clientDir: string): void {
  const { app, log } = doors
  const pageFor = pagesOf(clientDir)
  app.use(compressed(clientDir))
  app.use(
    express.static(clientDir, {
      index: false,
      setHeaders: (response, file) =>
        response.setHeader(
          'Cache-Control',
          file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    }),
  )
  app.get(/^\/(?!api\/|socket\.io\/).*/, async (request, response, next) => {
    if (path.extname(request.path) !== '') return next()
    response.setHeader('Cache-Control', 'private, no-cache')
    if (existsSync(path.join(clientDir, 'index.html'))) {
      const roleOfAsker = async () => {
        const slot = slotOf(request.query.slot)
        if (slot === null) return undefined
        // Without its database the server still has the page, which says that it is connecting.
        const session = await doors.findSession(request.headers.cookie, slot).catch((error: unknown) => {
          log.warn({ err: error }, 'a page goes out without the names of its files: nobody can say who asks')
          return null
        })
        return session?.user.role
      }
      response.type('html').send(await pageFor(request.path, roleOfAsker))
    } else
      response
        .status(503)
        .setHeader('Refresh', '1')
        .type('html')
        .send(
          '<!doctype html><html lang="vi"><title>Sáng Thứ Năm</title><p>Đang chuẩn bị trang, xin chờ trong giây lát…</p></html>',
        )
  })
}

const texts: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

function compressed(clientDir: string): RequestHandler {
  const kept = new Map<string, Promise<Buffer>>()
  return async (request, response, next) => {
    const type = texts[path.extname(request.path)]
    if (type === undefined || request.method !== 'GET' || !request.acceptsEncodings('br')) return next()
    const file = path.join(clientDir, path.normalize(request.path))
    if (!file.startsWith(clientDir + path.sep) || !existsSync(file) || !statSync(file).isFile()) return next()
    const key = `${file} ${statSync(file).mtimeMs}`
    const body = kept.get(key) ?? packed(readFileSync(file), 6)
    kept.set(key, body)
    response.setHeader(
      'Cache-Control',
      file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
    sendPacked(response.type(type), await body)
  }
}
