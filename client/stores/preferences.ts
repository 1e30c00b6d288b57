import { useMediaQuery } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'
import { farFaces } from '#domain/meeting/faces.ts'

export type Theme = 'light' | 'dark'

/** The names that `data-face` may carry. */
const faceNames = [
  'front',
  'join',
  'verify',
  'admin',
  'summary',
  'chair',
  'leader',
  'secretary',
  'bridge',
  'department',
  'observer',
  'office',
  'projector',
] as const
export type FaceName = (typeof faceNames)[number]

const isTheme = (value: unknown): value is Theme => value === 'light' || value === 'dark'
const storedThemeKey = 'theme'
const storedFaceKey = 'face'

/**
 * How the page looks: `?theme=` wins, then what was chosen here, then the face (hall and wall are dark) or the system.
 * A hall's choice lasts as long as its window; a desk's is kept.
 */
export const usePreferences = defineStore('preferences', () => {
  const face = ref<FaceName>('front')
  const shownBefore = sessionStorage.getItem(storedFaceKey)
  /** What this window showed before it was loaded anew: until the server says who is here, it goes on looking like that. */
  const faceBefore = faceNames.find((name) => name === shownBefore) ?? 'front'
  const asked = new URLSearchParams(location.search).get('theme')
  const forced = ref<Theme | undefined>(isTheme(asked) ? asked : undefined)
  const kept = localStorage.getItem(storedThemeKey)
  const atDesk = ref<Theme | undefined>(isTheme(kept) ? kept : undefined)
  const inHall = ref<Theme>()
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)')

  const isFar = computed(() => farFaces.includes(face.value))
  const theme = computed<Theme>(() => {
    if (forced.value) return forced.value
    if (isFar.value) return inHall.value ?? 'dark'
    return atDesk.value ?? (systemIsDark.value ? 'dark' : 'light')
  })

  function setTheme(next: Theme) {
    forced.value = undefined
    if (isFar.value) {
      inHall.value = next
      return
    }
    atDesk.value = next
    localStorage.setItem(storedThemeKey, next)
  }

  function setFace(name: FaceName) {
    face.value = name
    sessionStorage.setItem(storedFaceKey, name)
  }

  watchEffect(
    () => {
      document.documentElement.dataset.theme = theme.value
      document.documentElement.dataset.face = face.value
    },
    { flush: 'sync' },
  )

  return { face, faceBefore, theme, isFar, setTheme, setFace }
})
