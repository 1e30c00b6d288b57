import type { EditorState } from '@tiptap/pm/state'
import {
  absolutePositionToRelativePosition,
  type ProsemirrorBinding,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
  yUndoPluginKey,
} from '@tiptap/y-tiptap'
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
