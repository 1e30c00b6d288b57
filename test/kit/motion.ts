import type { Page } from 'playwright-core'

/**
 * From now on every animation and transition that takes time is written down: those of style sheets and those of scripts.
 * What is over before it can be seen, as for those who want no motion, does not count.
 */
export const watchMotion = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seenMs = 1
    const moved: string[] = []
    Reflect.set(window, 'moved', moved)
    const note = (animation: Animation) => {
      const duration = Number(animation.effect?.getComputedTiming().duration ?? 0)
      const element = animation.effect instanceof KeyframeEffect ? animation.effect.target : null
      if (duration > seenMs) moved.push(`${element?.tagName.toLowerCase() ?? ''}.${element?.className ?? ''} ${duration} ms`)
    }
    for (const name of ['animationstart', 'transitionrun'])
      document.addEventListener(
        name,
        ({ target }) => {
          if (target instanceof Element) target.getAnimations({ subtree: true }).forEach(note)
        },
        true,
      )
    const animate: (...how: Parameters<Element['animate']>) => Animation = Reflect.get(Element.prototype, 'animate')
    Element.prototype.animate = function (...how) {
      const animation = animate.apply(this, how)
      note(animation)
      return animation
    }
  })

/** What has begun to move since, each as `element duration`. */
export const motionOf = (page: Page): Promise<string[]> => page.evaluate(() => [...(Reflect.get(window, 'moved') as string[])])

/** What moves now without an end, or has not come to it yet. */
export const movingNow = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    document.getAnimations().flatMap((animation) => {
      const element = animation.effect instanceof KeyframeEffect ? animation.effect.target : null
      const isSeen = Number(animation.effect?.getComputedTiming().duration ?? 0) > 1
      return isSeen ? [`${element?.tagName.toLowerCase() ?? ''}.${element?.className ?? ''}`] : []
    }),
  )
