import { describe, expect, test } from 'vitest'
import { readSettings, SettingsError } from '#server/settings.ts'

const secret = 'f3b1c8e07a5d49b2a6c4e1d8907b35fa'
const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://hop.example.gov.vn/',
  APP_SECRET: secret,
  LIVEKIT_URL: 'off',
}

describe('settings', () => {
  test('need nothing', () => {
    const settings = readSettings({ PORT: '', LOG_LEVEL: undefined })
    expect(settings).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      demo: true,
      conclusionsTogether: false,
      production: false,
      livekit: { mode: 'local' },
    })
    expect(settings.dataDir).toMatch(/^\/.*\.data$/)
    expect(settings.clientDir).toMatch(/dist.client$/)
  })

  test('for production', () => {
    const settings = readSettings(production)
    expect(settings).toMatchObject({
      demo: false,
      production: true,
      publicUrl: 'https://hop.example.gov.vn',
      trustProxy: 'loopback',
    })
    expect(readSettings({ ...production, TRUST_PROXY: '2' }).trustProxy).toBe(2)
  })

  test('an external LiveKit', () => {
    const given = { LIVEKIT_URL: 'wss://video.example', LIVEKIT_API_KEY: 'room', LIVEKIT_API_SECRET: secret }
    expect(readSettings(given).livekit).toEqual({
      mode: 'external',
      url: 'wss://video.example',
      apiKey: 'room',
      apiSecret: secret,
    })
  })

  test.each([
    [{ PORT: '99999' }, 'PORT'],
    [{ PORT: 'abc' }, 'PORT'],
    [{ HOST: 'not a host' }, 'HOST'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'nonsense' }, 'DATABASE_URL'],
    [{ LIVEKIT_URL: 'on' }, 'LIVEKIT_URL'],
    [{ LIVEKIT_URL: 'ws://127.0.0.1:7880' }, 'LIVEKIT_API_KEY'],
    [{ DEMO: 'maybe' }, 'DEMO'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ ...production, DEMO: '1' }, 'DEMO'],
    [{ ...production, APP_SECRET: undefined }, 'APP_SECRET'],
    [{ ...production, APP_SECRET: 'short' }, 'APP_SECRET'],
    [{ ...production, APP_SECRET: 'change-me-change-me-change-me-change-me' }, 'APP_SECRET'],
    [{ ...production, PUBLIC_URL: undefined }, 'PUBLIC_URL'],
    [{ ...production, PUBLIC_URL: 'http://hop.example' }, 'PUBLIC_URL'],
    [{ ...production, LIVEKIT_URL: 'wss://v.example', LIVEKIT_API_KEY: 'devkey', LIVEKIT_API_SECRET: secret }, 'LIVEKIT_API_KEY'],
    [
      { ...production, LIVEKIT_URL: 'wss://v.example', LIVEKIT_API_KEY: 'room', LIVEKIT_API_SECRET: 'secret' },
      'LIVEKIT_API_SECRET',
    ],
  ])('%o is refused in one sentence that names %s', (env, name) => {
    const refused = (): unknown => {
      try {
        return readSettings(env)
      } catch (error) {
        return error
      }
    }
    const error = refused()
    expect(error).toBeInstanceOf(SettingsError)
    expect(String(error)).toContain(name)
    expect(String(error)).toMatch(/^SettingsError: [^\n]+\.$/)
  })
})
