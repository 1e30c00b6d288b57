import { Fragment, type Node as TextNode, Slice } from '@tiptap/pm/model'
import type { EditorView } from '@tiptap/pm/view'
import type { EditorOptions } from '@tiptap/vue-3'
import Collaboration from '@tiptap/extension-collaboration'
import CollaborationCaret from '@tiptap/extension-collaboration-caret'
import { minutesExtensions } from '#domain/minutes/schema.ts'
import type { OpenSection } from '../../stores/minutes.ts'
import { caretColour } from '../../styles/caret-colours.ts'
import { toasts } from '../../ui/toasts.ts'
import { t } from '../../i18n/index.ts'
import { caretPlace } from './caret-place.ts'
import { composing } from './composing.ts'
import { ConclusionNode, type IsLogged, loggedBlocks, textBeside } from './conclusion-node.ts'
import { type Marks, marksOf } from './marks.ts'
import { cleanHtml, hasLegacyFont } from './paste.ts'
import { UndoSteps } from './undo-steps.ts'

export interface SectionEditing {
  section: OpenSection
  marks: Marks
  name: () => string
  isLogged: IsLogged
  /** Who types here; undefined for a reader. */
  writer?: { userId: string; name: string } | undefined
  onFocus: () => void
  onLeave: (direction: 'up' | 'down' | 'out') => void
}

/** How one section is edited: what it may hold, who else is there, what is pasted, how one leaves it. */
export function editorOptions(editing: SectionEditing): Partial<EditorOptions> {
  const { section, writer } = editing
  return {
    extensions: [
      ...minutesExtensions(ConclusionNode),
      loggedBlocks(editing.isLogged),
      Collaboration.configure({ document: section.doc, field: 'default' }),
      caretPlace(section),
      composing(section),
      marksOf(editing.marks),
      ...(writer ? [UndoSteps, caretOf(section, writer)] : []),
    ],
    // Only what the writer of "- " or "1. " expects; marks made of signs would surprise.
    enableInputRules: ['bulletList', 'orderedList'],
    enablePasteRules: false,
    editorProps: {
      attributes: (): Record<string, string> => ({
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': editing.name(),
        class: 'text',
        spellcheck: 'false',
        ...(writer ? {} : { 'aria-readonly': 'true' }),
      }),
      transformPastedText: (text) => text.normalize('NFC'),
      transformPastedHTML: clean,
      transformPasted: (slice, view) => withoutDoubles(slice, view),
      handleDOMEvents: {
        // The page's key, not the editor's line break.
        keydown: (_, event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey),
        focus: () => {
          editing.onFocus()
          return false
        },
      },
      handleKeyDown: (view, event) => leaves(view, event, editing),
    },
  }
}

const caretOf = (section: OpenSection, writer: { userId: string; name: string }) =>
  CollaborationCaret.configure({
    provider: { awareness: section.awareness },
    user: { userId: writer.userId, name: writer.name, color: caretColour(writer.userId) },
  })

function clean(html: string): string {
  // What was copied in the minutes themselves is clean, and keeps its blocks.
  if (html.includes('data-pm-slice')) return html.normalize('NFC')
  if (hasLegacyFont(html)) toasts.warning(t('minutes.legacyFont'), t('minutes.legacyFontHint'))
  return cleanHtml(html)
}

/** A copied conclusion is only words: one conclusion has one block. Cut and pasted, it moves as it is. */
function withoutDoubles(slice: Slice, view: EditorView): Slice {
  const here = new Set<unknown>()
  view.state.doc.descendants((node) => {
    if (node.type.name === 'conclusion') here.add(node.attrs.conclusionId)
  })
  const plain = (node: TextNode): TextNode => {
    const { paragraph } = view.state.schema.nodes
    if (node.type.name === 'conclusion' && here.has(node.attrs.conclusionId) && paragraph)
      return paragraph.create(null, node.content)
    return node.isLeaf ? node : node.copy(mapped(node.content))
  }
  const mapped = (content: Fragment): Fragment => Fragment.from(content.content.map(plain))
  return new Slice(mapped(slice.content), slice.openStart, slice.openEnd)
}

/** Escape leaves the text; arrow keys at its ends go on in the neighbouring section. */
function leaves(view: EditorView, event: KeyboardEvent, { onLeave, isLogged }: SectionEditing): boolean {
  if (event.isComposing || view.composing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.key === 'Escape') {
    onLeave('out')
    return true
  }
  const { state } = view
  const direction = event.key === 'ArrowUp' ? 'up' : event.key === 'ArrowDown' ? 'down' : undefined
  if (direction === undefined || !state.selection.empty || !view.endOfTextblock(direction)) return false
  // Below a conclusion that ends the section a line is begun first.
  const isLast = direction === 'up' || state.selection.$head.index(0) === state.doc.childCount - 1
  if (!isLast || textBeside(state, direction === 'up' ? -1 : 1, isLogged)) return false
  onLeave(direction)
  return true
}
