import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** What the server says to the next mail that is offered: takes it, refuses it for now or for good, or never answers it. */
export type Mood = 'takes' | 'busy' | 'unknown' | 'silent'

export interface MailServer {
  url: string
  /** Mails that were taken. */
  taken: ParsedMail[]
  /** How many were offered, taken or not. */
  offered: () => number
  become: (mood: Mood) => void
  close: () => Promise<void>
}

/** A real mail server on a free port, without encryption and passwords. */
export async function startMailServer(): Promise<MailServer> {
  let mood: Mood = 'takes'
  let offered = 0
  const taken: ParsedMail[] = []
  /** Mails that were offered in silence: they stay unanswered, whatever the mood is when their last bytes are read. */
  const unanswered = new WeakSet<object>()
  const refusal = (code: number, words: string) => Object.assign(new Error(words), { responseCode: code })
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo: (_address, session, answer) => {
      offered += 1
      if (mood === 'silent') unanswered.add(session)
      if (mood === 'busy') answer(refusal(451, 'Try again later'))
      else if (mood === 'unknown') answer(refusal(550, 'No such mailbox'))
      else answer()
    },
    onData: (stream, session, answer) => {
      simpleParser(stream).then(
        (mail) => {
          if (unanswered.has(session)) return
          taken.push(mail)
          answer()
        },
        () => answer(refusal(451, 'Broken off')),
      )
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    offered: () => offered,
    become: (next) => {
      mood = next
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
