import type { Editor } from '@tiptap/vue-3'
import { inject, type InjectionKey, onBeforeUnmount, provide, shallowReactive } from 'vue'

/** The open editors of a page by section, for what works on several: walking, finding, marking. */
export type Editors = Map<string, Editor>
const key: InjectionKey<Editors> = Symbol('editors')

export function provideEditors(): Editors {
  const editors: Editors = shallowReactive(new Map())
  provide(key, editors)
  return editors
}

/** Makes an editor known to the page for as long as the calling component lives. */
export function registerEditor(sectionId: string, editor: Editor): void {
  const editors = inject(key, undefined)
  editors?.set(sectionId, editor)
  onBeforeUnmount(() => editors?.delete(sectionId))
}
