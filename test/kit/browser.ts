import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { rememberConnections } from './media.ts'

/** Chromium with a camera and a microphone of its own, and windows that are signed in as one person each. */
const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
]

export const openBrowser = (): Promise<Browser> => {
  const executablePath = candidates.find((file) => file !== undefined && existsSync(file))
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: flags })
}

export interface Window {
  page: Page
  /** What the page complained of: errors thrown, and errors on its console. */
  complaints: string[]
}

export async function openWindow(
  browser: Browser,
  baseUrl: string,
  options: { username?: string; password?: string; path: string; size?: { width: number; height: number } },
): Promise<Window> {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    permissions: ['camera', 'microphone'],
  })
  await rememberConnections(context)
  if (options.username !== undefined)
    await context.request.post(`${baseUrl}/api/session`, {
      data: { username: options.username, password: options.password ?? 'demo' },
    })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(baseUrl + options.path)
  return { page, complaints }
}

const artefacts = path.join(path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))), 'test-artefacts')

/** A picture of the page for whoever looks at the faces afterwards; `fullPage` takes what one has to scroll to, too. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  await mkdir(artefacts, { recursive: true })
  await page.screenshot({ path: path.join(artefacts, `${name}.png`), fullPage })
}
