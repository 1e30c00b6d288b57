/** What people paste: the whole link of the invitation, or only the code at its end. Undefined when it is neither. */
export function tokenOf(pasted: string): string | undefined {
  const trimmed = pasted.trim()
  const token = /\/join\/([^/?#\s]+)/.exec(trimmed)?.[1] ?? trimmed
  return /^[A-Za-z0-9_-]{6,200}$/.test(token) ? token : undefined
}
