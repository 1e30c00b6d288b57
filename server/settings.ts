import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** A setting that cannot be used; the message is one sentence for the operator. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

/** The folder that holds package.json, whether the code runs from its sources or from the bundle in dist/. */
export const projectRoot = findProjectRoot(import.meta.dirname)

/** Words that stand in examples all over the world: as a secret they are none. */
const WELL_KNOWN_SECRET = /^(devkey|secret|changeme|change[-_ ]me|password|example|test|default|replace)|change[-_ ]me|(.)\2{15}/i

const LIVEKIT_ADDRESS = 'LIVEKIT_URL must be off or an address that begins with ws://, wss://, http:// or https://.'
const LIVEKIT_PAIR = 'LIVEKIT_API_KEY and LIVEKIT_API_SECRET must both be set when LIVEKIT_URL points at a LiveKit server.'

function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional())
}

function url(name: string, protocols: string[]) {
  const message = `${name} must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}.`
  return z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), message)
}

const flag = (name: string) =>
  z.enum(['0', '1', 'true', 'false'], `${name} must be 1 or 0.`).transform((value) => value === '1' || value === 'true')

const trustProxy = z.string().transform((value) => {
  if (/^\d+$/.test(value)) return Number(value)
  if (value === 'true' || value === 'false') return value === 'true'
  return value
})

const Environment = z.object({
  NODE_ENV: optional(z.string()),
  PORT: optional(
    z
      .string()
      .regex(/^\d{1,5}$/, 'PORT must be a number from 0 to 65535.')
      .transform(Number)
      .refine((port) => port <= 65535, 'PORT must be a number from 0 to 65535.'),
  ),
  HOST: optional(z.string().regex(/^[\w.:-]+$/, 'HOST must be an address or a host name, such as 127.0.0.1 or 0.0.0.0.')),
  DATA_DIR: optional(z.string()),
  DATABASE_URL: optional(url('DATABASE_URL', ['postgres:', 'postgresql:'])),
  LIVEKIT_URL: optional(z.union([z.literal('off'), url('LIVEKIT_URL', ['ws:', 'wss:', 'http:', 'https:'])], LIVEKIT_ADDRESS)),
  LIVEKIT_API_URL: optional(url('LIVEKIT_API_URL', ['http:', 'https:'])),
  LIVEKIT_API_KEY: optional(z.string()),
  LIVEKIT_API_SECRET: optional(z.string()),
  DEMO: optional(flag('DEMO')),
  CONCLUSIONS_TOGETHER: optional(flag('CONCLUSIONS_TOGETHER')),
  PUBLIC_URL: optional(url('PUBLIC_URL', ['http:', 'https:'])),
  LOG_LEVEL: optional(
    z.enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent.',
    ),
  ),
  APP_SECRET: optional(z.string().min(32, 'APP_SECRET must have at least 32 characters (make one with: openssl rand -hex 32).')),
  TRUST_PROXY: optional(trustProxy),
  METRICS_TOKEN: optional(z.string().min(16, 'METRICS_TOKEN must have at least 16 characters.')),
  SMTP_URL: optional(url('SMTP_URL', ['smtp:', 'smtps:'])),
  SMTP_FROM: optional(z.string().regex(/^[^\r\n]*@[^\r\n]*$/, 'SMTP_FROM must hold an e-mail address.')),
  SIGNING_P12: optional(z.string()),
  SIGNING_P12_PASSWORD: optional(z.string()),
  SIGNING_SEAL: optional(z.string()),
  SIGNING_PEOPLE: optional(z.string()),
  TSA_URL: optional(url('TSA_URL', ['http:', 'https:'])),
})
type Environment = z.infer<typeof Environment>

export type LiveKitSettings =
  | { mode: 'off' }
  | { mode: 'local' }
  /** `url` is what browsers use; `apiUrl`, when given, is the way from this process to the same server. */
  | { mode: 'external'; url: string; apiUrl?: string; apiKey: string; apiSecret: string }

/** The mail server, and the address in whose name mail is sent. */
export interface MailSettings {
  url: string
  from: string
}

/** Where keys lie; all paths are absolute. */
export interface SigningSettings {
  /** The organisation's key and certificate (.p12), with its password, and the picture of its seal (.png). */
  seal?: { p12: string; password: string; picture?: string }
  /** A folder with `<username>.p12` and `<username>.png` (the handwritten signature) of those who sign with a file. */
  peopleDir?: string
  /** Answers requests for time stamps (RFC 3161). */
  timeStampUrl?: string
}

export interface Settings {
  port: number
  host: string
  /** absolute */
  dataDir: string
  databaseUrl?: string
  livekit: LiveKitSettings
  demo: boolean
  /** Meetings made from now on issue all their approved conclusions in one notice. */
  conclusionsTogether: boolean
  production: boolean
  publicUrl?: string
  logLevel: string
  appSecret?: string
  /** as Express' `trust proxy` takes it */
  trustProxy: string | number | boolean
  metricsToken?: string
  /** Without it nothing is sent by e-mail. */
  mail?: MailSettings
  signing: SigningSettings
  /** absolute; holds the built client */
  clientDir: string
}

/** Reads the settings from the environment; throws `SettingsError` for the first that cannot be used. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const parsed = Environment.safeParse(env)
  if (!parsed.success) throw new SettingsError(parsed.error.issues[0]?.message ?? 'A setting could not be read.')
  const given = parsed.data
  const production = given.NODE_ENV === 'production'
  const settings: Settings = {
    port: given.PORT ?? 3000,
    host: given.HOST ?? '127.0.0.1',
    dataDir: path.resolve(given.DATA_DIR ?? path.join(projectRoot, '.data')),
    databaseUrl: given.DATABASE_URL,
    livekit: readLiveKit(given),
    demo: given.DEMO ?? !production,
    conclusionsTogether: given.CONCLUSIONS_TOGETHER ?? false,
    production,
    publicUrl: given.PUBLIC_URL?.replace(/\/+$/, ''),
    logLevel: given.LOG_LEVEL ?? 'info',
    appSecret: given.APP_SECRET,
    // A proxy on the same machine is the usual way to HTTPS; anything further away must be named.
    trustProxy: given.TRUST_PROXY ?? (production ? 'loopback' : false),
    metricsToken: given.METRICS_TOKEN,
    mail: readMail(given),
    signing: readSigning(given),
    clientDir: path.join(projectRoot, 'dist', 'client'),
  }
  if (production) refuseUnsafe(settings)
  return settings
}

function readLiveKit(given: Environment): LiveKitSettings {
  if (given.LIVEKIT_URL === 'off') return { mode: 'off' }
  if (given.LIVEKIT_URL === undefined) return { mode: 'local' }
  const { LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = given
  if (apiKey === undefined || apiSecret === undefined) throw new SettingsError(LIVEKIT_PAIR)
  return { mode: 'external', url: given.LIVEKIT_URL.replace(/\/+$/, ''), apiUrl: given.LIVEKIT_API_URL, apiKey, apiSecret }
}

function readMail({ SMTP_URL: url, SMTP_FROM: from }: Environment): MailSettings | undefined {
  if (url === undefined) return undefined
  if (from === undefined)
    throw new SettingsError('SMTP_FROM must be set when SMTP_URL is: the address in whose name mail is sent.')
  return { url, from }
}

function readSigning(given: Environment): SigningSettings {
  const file = (name: string, value: string): string => {
    const absolute = path.resolve(value)
    if (!existsSync(absolute)) throw new SettingsError(`${name} names ${absolute}, which is not there.`)
    return absolute
  }
  return {
    seal:
      given.SIGNING_P12 === undefined
        ? undefined
        : {
            p12: file('SIGNING_P12', given.SIGNING_P12),
            password: given.SIGNING_P12_PASSWORD ?? '',
            picture: given.SIGNING_SEAL === undefined ? undefined : file('SIGNING_SEAL', given.SIGNING_SEAL),
          },
    peopleDir: given.SIGNING_PEOPLE === undefined ? undefined : file('SIGNING_PEOPLE', given.SIGNING_PEOPLE),
    timeStampUrl: given.TSA_URL,
  }
}

function refuseUnsafe(settings: Settings): void {
  if (settings.demo) throw new SettingsError('DEMO=1 is refused in production: the demo accounts have a known password.')
  if (settings.appSecret === undefined)
    throw new SettingsError(
      'APP_SECRET is needed in production: at least 32 random characters (make one with: openssl rand -hex 32).',
    )
  if (WELL_KNOWN_SECRET.test(settings.appSecret))
    throw new SettingsError('APP_SECRET is an example value: make your own with openssl rand -hex 32.')
  if (settings.livekit.mode === 'external') {
    const { apiKey, apiSecret } = settings.livekit
    if (apiSecret.length < 32 || WELL_KNOWN_SECRET.test(apiSecret) || WELL_KNOWN_SECRET.test(apiKey))
      throw new SettingsError(
        'LIVEKIT_API_KEY and LIVEKIT_API_SECRET are example values or too short: the secret needs 32 random characters.',
      )
  }
  if (settings.publicUrl === undefined || !settings.publicUrl.startsWith('https://'))
    throw new SettingsError(
      'PUBLIC_URL must be the https:// address people open in production, because session cookies never travel over plain HTTP; put a proxy with TLS in front and name it in TRUST_PROXY (see .env.example).',
    )
}

function findProjectRoot(from: string): string {
  if (existsSync(path.join(from, 'package.json'))) return from
  const above = path.dirname(from)
  return above === from ? process.cwd() : findProjectRoot(above)
}
