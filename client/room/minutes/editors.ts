import type { Editor } from '@tiptap/vue-3'
import { inject, type InjectionKey, onBeforeUnmount, provide, shallowReactive } from 'vue'
import type { OpenSection } from '../../stores/minutes.ts'
import type { Marks } from './marks.ts'

/** A section as it is edited on this page. */
export interface SectionEditor {
  editor: Editor
  section: OpenSection
  marks: Marks
}

/** The open editors of a page by section, for what works on several: walking, finding, telling who wrote. */
export type Editors = Map<string, SectionEditor>
const key: InjectionKey<Editors> = Symbol('editors')

export function provideEditors(): Editors {
  const editors: Editors = shallowReactive(new Map())
  provide(key, editors)
  return editors
}

/** Makes an editor known to the page for as long as the calling component lives. */
export function registerEditor(one: SectionEditor): void {
  const editors = inject(key, undefined)
  const { sectionId } = one.section
  editors?.set(sectionId, one)
  onBeforeUnmount(() => editors?.delete(sectionId))
}
