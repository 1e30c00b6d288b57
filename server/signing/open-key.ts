import type { SignatureKind } from '#domain/contract/signing.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import type { Session } from '../people/sessions.ts'
import { WrongKeyPasswordError } from './key.ts'
import type { KeyRing, OpenedKey } from './keys.ts'

/** The key for a signature, opened: the organisation's by its setting, a person's own by their password. */
export async function openKey(
  keys: KeyRing,
  kind: SignatureKind,
  { user }: Session,
  password: string | undefined,
): Promise<OpenedKey | { refusal: Refusal }> {
  if (kind !== 'seal' && password === undefined) return refuse('invalid_input', 'required', { field: 'password' })
  try {
    const opened = kind === 'seal' ? await keys.seal() : await keys.personal(user.username, password ?? '')
    return opened ?? refuse('unavailable', kind === 'seal' ? 'no_seal_key' : 'no_personal_key')
  } catch (error) {
    if (!(error instanceof WrongKeyPasswordError)) throw error
    return kind === 'seal'
      ? refuse('unavailable', 'seal_key_locked')
      : refuse('invalid_input', 'wrong_key_password', { field: 'password' })
  }
}
