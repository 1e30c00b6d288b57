import { computed, shallowRef } from 'vue'
import { watchLine, type WatchedTracks } from '../line/line-watch.ts'
import { lineState } from '../line/socket.ts'
import { afterLook, picturesOn, type PictureRule } from '../line/weak-line.ts'

const lookMs = 1000

/** Looks at the line once a second and says whether the pictures of the others are given up, and why. */
export function pictureRule(onChange: () => void) {
  const rule = shallowRef<PictureRule>(picturesOn)
  const givenUp = computed(() => rule.value.givenUp)
  let timer: ReturnType<typeof setInterval> | undefined

  function follow(next: PictureRule): void {
    const before = givenUp.value
    rule.value = next
    if (next.givenUp !== before) onChange()
  }

  /** `tracks` gives nothing while the room is cut off: a cut is no weak line. */
  function start(tracks: () => WatchedTracks | undefined): void {
    stop()
    const lookAt = watchLine()
    timer = setInterval(() => {
      const here = lineState.value === 'live' ? tracks() : undefined
      if (!here) return
      lookAt(here).then(
        (look) => follow(afterLook(rule.value, look)),
        // A track that went meanwhile has no report; the next look is without it.
        () => undefined,
      )
    }, lookMs)
  }

  function stop(): void {
    clearInterval(timer)
    follow(picturesOn)
  }

  return { givenUp, start, stop, reset: () => follow(picturesOn) }
}
