import { createTransport } from 'nodemailer'
import type { MailSettings } from '../settings.ts'

export interface Mail {
  to: string
  subject: string
  text: string
  /** The same for the same mail: a server or reader that gets it twice after a crash knows it. */
  messageId: string
  files: { name: string; mediaType: string; bytes: Buffer }[]
}

/** The mail server refused for good: the address is wrong, or it will not take mail from us. */
export class MailRefusedError extends Error {
  override name = 'MailRefusedError'
}

export interface Mailer {
  /** Resolves when the mail server has taken the mail; `MailRefusedError` when trying again is of no use. */
  send: (mail: Mail, signal: AbortSignal) => Promise<void>
}

/** How long a mail server may keep silent. */
const patienceMs = 20_000

const responseCodeOf = (error: unknown): number => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : undefined
  return typeof code === 'number' ? code : 0
}

export function createMailer({ url, from }: MailSettings): Mailer {
  return {
    send: async (mail, signal) => {
      // A connection per mail: they are few, and one that hangs can be cut without touching another.
      const transport = createTransport({
        url,
        connectionTimeout: patienceMs,
        greetingTimeout: patienceMs,
        socketTimeout: patienceMs,
      })
      const cut = () => transport.close()
      signal.addEventListener('abort', cut, { once: true })
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          messageId: mail.messageId,
          attachments: mail.files.map((file) => ({ filename: file.name, contentType: file.mediaType, content: file.bytes })),
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        if (responseCodeOf(error) >= 500) throw new MailRefusedError(sentenceOf(error))
        throw error
      } finally {
        signal.removeEventListener('abort', cut)
        transport.close()
      }
    },
  }
}

export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
