import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import type { Presence } from '#domain/contract/socket.ts'

export type Quality = NonNullable<Presence['quality']>
type Sample = Quality | 'unknown'

const sampleEveryMs = 10_000
const kept = 18

/**
 * The last three minutes of each person's line, as this screen saw them: one sample each ten seconds, oldest first. Who is
 * away is `lost`.
 */
export function useLineHistory(presence: () => Presence[]) {
  const history = shallowRef<ReadonlyMap<string, Sample[]>>(new Map())
  let timer: ReturnType<typeof setInterval> | undefined

  function sample() {
    const next = new Map<string, Sample[]>()
    const online = new Map<string, Sample>(presence().map((one) => [one.userId, one.quality ?? 'unknown']))
    for (const userId of new Set([...history.value.keys(), ...online.keys()])) {
      const before = history.value.get(userId) ?? []
      const sample: Sample = online.get(userId) ?? 'lost'
      next.set(userId, [...before, sample].slice(-kept))
    }
    history.value = next
  }

  onMounted(() => {
    sample()
    timer = setInterval(sample, sampleEveryMs)
  })
  onBeforeUnmount(() => clearInterval(timer))
  return history
}
