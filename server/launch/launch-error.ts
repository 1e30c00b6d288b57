/** Something the machine lacks or forbids; the message is one sentence for the operator. Process exit code 1. */
export class LaunchError extends Error {
  override name = 'LaunchError'
}

export function isFileError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}

/** Says in one sentence why a folder cannot be used; other errors come back as they are. */
export function explainFolder(error: unknown, folder: string): unknown {
  if (isFileError(error, 'ENOSPC', 'EDQUOT')) return diskFull(folder)
  if (isFileError(error, 'EACCES', 'EPERM'))
    return new LaunchError(
      `The data folder ${folder} may not be written by this user: change its owner or choose another DATA_DIR.`,
    )
  if (isFileError(error, 'EROFS'))
    return new LaunchError(`The data folder ${folder} is on a read-only disk: choose another DATA_DIR.`)
  if (isFileError(error, 'ENOTDIR', 'EEXIST'))
    return new LaunchError(
      `The data folder ${folder} cannot be made because a file stands in its place: choose another DATA_DIR.`,
    )
  return error
}

export function diskFull(folder: string): LaunchError {
  return new LaunchError(`The disk that holds ${folder} is full: free some space and start again; nothing saved is lost.`)
}
