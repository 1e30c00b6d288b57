/** The SHA-256 of a file as lower-case hex, reckoned here: nothing of the file leaves the browser. */
export async function hashOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Browsers reckon hashes only on pages that came over HTTPS, or from this machine. */
export const canHash = (): boolean => globalThis.isSecureContext

/** Larger than any document of ours. */
export const largestFile = 200 * 1024 * 1024
