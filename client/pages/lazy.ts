import { defineAsyncComponent, type Component } from 'vue'

/** Pages and faces by name; each is a file of its own, fetched when somebody opens it. */
const pages = import.meta.glob<{ default: Component }>(['./*Page.vue', '!./ReservedPage.vue'])
const faces = import.meta.glob<{ default: Component }>('../faces/*Face.vue')

type PageName =
  'Front' | 'Meeting' | 'Projector' | 'Office' | 'Summary' | 'Join' | 'Verify' | 'Admin' | 'Documents' | 'Design' | 'NotFound'
export type FaceFile = 'Chair' | 'Secretary' | 'Bridge' | 'Department' | 'Observer' | 'Office' | 'Projector'

export const lazyPage = (name: PageName) => () => {
  const load = pages[`./${name}Page.vue`]
  return load ? load() : Promise.reject(new Error(`no page ${name}`))
}

const loadFace = (name: FaceFile) => {
  const load = faces[`../faces/${name}Face.vue`]
  return load ? load() : Promise.reject(new Error(`no face ${name}`))
}

export const lazyFace = (name: FaceFile) => defineAsyncComponent(() => loadFace(name))

/** Fetches a face while its meeting is still being joined. What fails is asked again, and told, when the face is drawn. */
export const fetchFace = (name: FaceFile): void => void loadFace(name).catch(() => undefined)
