import type { EditorState } from '@tiptap/pm/state'
import {
  absolutePositionToRelativePosition,
  type ProsemirrorBinding,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
  yUndoPluginKey,
} from '@tiptap/y-tiptap'
import {
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromTypeIndex,
  decodeRelativePosition,
  encodeRelativePosition,
  RelativePosition,
  XmlText,
} from 'yjs'
import type * as Y from 'yjs'

/** Where the editor and the shared document meet: positions that stay with their letters whatever others type. */
export interface Anchor {
  at: Y.RelativePosition
}

/** The library's plugin states are untyped: this is their door. */
interface SyncState {
  doc: Y.Doc
  type: Y.XmlFragment
  binding: ProsemirrorBinding | null
}
const syncOf = (state: EditorState) => ySyncPluginKey.getState(state) as SyncState | undefined

export function anchorAt(state: EditorState, position: number): Anchor | undefined {
  const sync = syncOf(state)
  if (!sync?.binding) return undefined
  return { at: absolutePositionToRelativePosition(position, sync.type, sync.binding.mapping) as Y.RelativePosition }
}

/** Where the anchor is now; undefined when what it stood in is gone. */
export function positionOf(state: EditorState, anchor: Anchor): number | undefined {
  const sync = syncOf(state)
  if (!sync?.binding) return undefined
  return relativePositionToAbsolutePosition(sync.doc, sync.type, anchor.at, sync.binding.mapping) ?? undefined
}

/** What takes back this person's own typing. */
export const undoManagerOf = (state: EditorState): Y.UndoManager | undefined =>
  (yUndoPluginKey.getState(state) as { undoManager: Y.UndoManager } | undefined)?.undoManager

/** Holds on to the letter at this position, in bytes that can be kept; undefined where there is none. */
export function letterAt(state: EditorState, position: number): Uint8Array | undefined {
  const behind = anchorAt(state, position + 1)?.at
  return behind?.item ? encodeRelativePosition(behind) : undefined
}

/**
 * Where the letter stands, before and behind it; both are the same where it was deleted. Undefined where its whole text is
 * gone, or has not come yet.
 */
export function placeOfLetter(state: EditorState, kept: Uint8Array): { before: number; behind: number } | undefined {
  const sync = syncOf(state)
  if (!sync?.binding) return undefined
  const { type, tname, item } = decodeRelativePosition(kept)
  const [before, behind] = [0, -1].map((side) =>
    createAbsolutePositionFromRelativePosition(new RelativePosition(type, tname, item, side), sync.doc),
  )
  if (!before || !behind || !(before.type instanceof XmlText)) return undefined
  // The library takes a letter at the very beginning for a mistake: it is asked for the beginning of the letter's text.
  const start = positionOf(state, { at: createRelativePositionFromTypeIndex(before.type, 0, -1) })
  return start === undefined ? undefined : { before: start + before.index, behind: start + behind.index }
}
