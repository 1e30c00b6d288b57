import { computed, ref, shallowRef, watch } from 'vue'

/**
 * A list that people put in order by dragging or step by step, while others change it too. While a finger or the pointer is
 * on it (`hold`), rows stay where they are and newcomers wait at the end, so that no button moves under a press.
 */
export function useOrder<T>(source: () => readonly T[], idOf: (one: T) => string, commit: (ids: string[]) => Promise<unknown>) {
  const rows = shallowRef<T[]>([...source()])
  const isDragging = ref(false)
  const isHeld = ref(false)
  const isCommitting = ref(false)

  function follow() {
    if (isDragging.value || isCommitting.value) return
    const live = source()
    if (!isHeld.value) {
      rows.value = [...live]
      return
    }
    const byId = new Map(live.map((one) => [idOf(one), one]))
    const staying = rows.value.flatMap((one) => byId.get(idOf(one)) ?? [])
    const known = new Set(staying.map(idOf))
    rows.value = [...staying, ...live.filter((one) => !known.has(idOf(one)))]
  }
  watch(source, follow)
  watch([isDragging, isHeld], follow)

  async function settle() {
    isDragging.value = false
    const live = new Set(source().map(idOf))
    const wanted = rows.value.map(idOf).filter((id) => live.has(id))
    const ids = [...wanted, ...[...live].filter((id) => !wanted.includes(id))]
    if (ids.every((id, at) => id === [...live][at])) return
    isCommitting.value = true
    try {
      await commit(ids)
    } finally {
      isCommitting.value = false
      follow()
    }
  }

  async function move(id: string, by: 1 | -1) {
    const at = rows.value.findIndex((one) => idOf(one) === id)
    const to = at + by
    const row = rows.value[at]
    if (row === undefined || to < 0 || to >= rows.value.length) return
    rows.value = rows.value.toSpliced(at, 1).toSpliced(to, 0, row)
    await settle()
  }

  return {
    rows: computed({
      get: () => rows.value,
      set: (next: T[]) => {
        rows.value = next
      },
    }),
    isDragging,
    hold: () => {
      isHeld.value = true
    },
    release: () => {
      isHeld.value = false
    },
    startDrag: () => {
      isDragging.value = true
    },
    settle,
    move,
  }
}

export type Order<T> = ReturnType<typeof useOrder<T>>
