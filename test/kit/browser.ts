import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { rememberConnections } from './media.ts'
import { rememberScreenLocks } from './wakefulness.ts'

/** Chromium with a camera and a microphone of its own, and windows that are signed in as one person each. */
const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Given once more they replace what Playwright switches off, which is therefore repeated. The last two are windows that the
 * browser makes for its address line: for every new window of ours it would load 400 files of its own, on the same processor.
 */
const switchedOff = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'OptimizationHints',
  'AimEnabled',
  'PreconnectToSearch',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
]

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${switchedOff.join(',')}`,
  // Few frames a second: a picture that moves is proven by any, and every one costs the machine.
  '--use-fake-device-for-media-stream=fps=10',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
]

interface BrowserOptions {
  /** Camera and microphone are there unless the computer has none, or its person has refused them to the page. */
  devices?: 'none' | 'refused'
  executablePath?: string
  /** An address whose pages may use devices although it is plain HTTP. */
  trusts?: string
}

export const openBrowser = ({ devices, trusts, ...given }: BrowserOptions = {}): Promise<Browser> => {
  const executablePath = given.executablePath ?? candidates.find((file) => file !== undefined && existsSync(file))
  const args = flags.flatMap((flag) => {
    if (devices === undefined || !flag.includes('fake')) return flag
    if (devices === 'none') return []
    return flag.includes('fake-ui') ? `${flag}=deny` : flag
  })
  if (trusts !== undefined) args.push(`--unsafely-treat-insecure-origin-as-secure=${trusts}`)
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args })
}

/** The computer's clock, not the one that counts what has passed. */
const setClockAhead = (context: BrowserContext, aheadMs: number): Promise<unknown> =>
  context.addInitScript((ms) => {
    const rightNow = Date.now.bind(Date)
    window.Date = class extends Date {
      constructor(...given: [] | [string | number | Date]) {
        super(given.length === 0 ? rightNow() + ms : given[0])
      }
      static override now = () => rightNow() + ms
    } as DateConstructor
  }, aheadMs)

export interface Window {
  page: Page
  /** What the page complained of: errors thrown, and errors on its console. */
  complaints: string[]
}

export async function openWindow(
  browser: Browser,
  baseUrl: string,
  options: {
    username?: string
    password?: string
    path: string
    size?: { width: number; height: number }
    reducedMotion?: 'reduce'
    /** A computer whose clock is ahead, or that stands in another time zone. */
    clock?: { aheadMs: number; timezoneId: string }
    /** A finger instead of a mouse. */
    touch?: boolean
  },
): Promise<Window> {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    locale: 'vi-VN',
    timezoneId: options.clock?.timezoneId ?? 'Asia/Ho_Chi_Minh',
    permissions: ['camera', 'microphone'],
    reducedMotion: options.reducedMotion ?? 'no-preference',
    hasTouch: options.touch === true,
    isMobile: options.touch === true,
  })
  await rememberConnections(context)
  await rememberScreenLocks(context)
  if (options.clock) await setClockAhead(context, options.clock.aheadMs)
  if (options.username !== undefined)
    await context.request.post(`${baseUrl}/api/session`, {
      data: { username: options.username, password: options.password ?? 'demo' },
    })
  const page = await context.newPage()
  // Patience for a machine that is slow at the moment.
  page.setDefaultTimeout(45_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(baseUrl + options.path)
  return { page, complaints }
}

/** The first button whose name begins like this: its key stands behind it. */
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name: new RegExp(`^${name}`) }).first()

/** Where what the tests leave to look at lies. */
export const artefacts = path.join(path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))), 'test-artefacts')

/** Once nothing fades or glides any more: what is read from afar is what stays. What turns for ever (a ring, a pulse) is not waited for. */
export const settled = (page: Page): Promise<unknown> =>
  page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY),
  )

/** A picture of the page for whoever looks at the faces afterwards; `fullPage` takes what one has to scroll to, too. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  const file = path.join(artefacts, `${name}.png`)
  await mkdir(path.dirname(file), { recursive: true })
  await settled(page)
  await page.screenshot({ path: file, fullPage })
}

/** The page at each size in both themes, as a picture; wider than its window it may be in none. Leaves the page as it was. */
export async function pictures(page: Page, name: string, sizes: { width: number; height: number }[]): Promise<void> {
  const before = page.viewportSize()
  const theme = await page.evaluate(() => document.documentElement.dataset.theme)
  for (const size of sizes) {
    await page.setViewportSize(size)
    for (const shown of ['light', 'dark']) {
      await page.evaluate((value) => (document.documentElement.dataset.theme = value), shown)
      await picture(page, `${name}-${shown}-${size.width}x${size.height}`)
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow, `${name} at ${size.width} is as wide as its window`).toBeLessThanOrEqual(0)
  }
  if (before) await page.setViewportSize(before)
  await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme)
}
