/**
 * When a screen gives up the pictures of the others, so that the sound stays whole, and when it takes them back. Pure: each
 * look at the line makes a new rule of the old one. Sound is never given up.
 *
 * Given up: what the line carries stays under 200 kbit/s, or a picture stood still for more than two seconds by its fault.
 * Taken back: after ten seconds of quiet. A line that fails again soon after waits longer each time, so that nothing flaps.
 */
export interface LineLook {
  /** Milliseconds, by a clock that does not jump. */
  at: number
  /** What the line carries, where that is known: undefined while it is not what limits. */
  availableKbps?: number | undefined
  /** How long a picture that should move has stood still by this line's fault. */
  frozenMs: number
  /** Share of the packets lost since the look before. */
  lostShare: number
}

export interface PictureRule {
  /** Why the pictures are off; undefined: they are on. */
  givenUp?: 'narrow' | 'frozen'
  narrowSince?: number
  quietSince?: number
  /** When the pictures last came back. */
  backSince?: number
  /** How much quiet it takes to have them back. */
  quietMs: number
}

const leastKbps = 200
/** To come back there must be a little more than the least. */
const enoughKbps = 250
const narrowMs = 3_000
const frozenMs = 2_000
const quietMs = 10_000
const longestQuietMs = 80_000
const soonMs = 30_000
const quietLoss = 0.03

export const picturesOn: PictureRule = { quietMs }

export function afterLook(rule: PictureRule, look: LineLook): PictureRule {
  return rule.givenUp === undefined ? whileOn(rule, look) : whileOff(rule, look)
}

function whileOn(rule: PictureRule, look: LineLook): PictureRule {
  const isNarrow = look.availableKbps !== undefined && look.availableKbps < leastKbps
  const narrowSince = isNarrow ? (rule.narrowSince ?? look.at) : undefined
  if (look.frozenMs > frozenMs) return giveUp(rule, look.at, 'frozen')
  if (narrowSince !== undefined && look.at - narrowSince >= narrowMs) return giveUp(rule, look.at, 'narrow')
  const hasHeld = rule.backSince !== undefined && look.at - rule.backSince > soonMs
  return {
    quietMs: hasHeld ? quietMs : rule.quietMs,
    ...(rule.backSince === undefined || hasHeld ? {} : { backSince: rule.backSince }),
    ...(narrowSince === undefined ? {} : { narrowSince }),
  }
}

const giveUp = (rule: PictureRule, at: number, why: 'narrow' | 'frozen'): PictureRule => ({
  givenUp: why,
  quietMs:
    rule.backSince !== undefined && at - rule.backSince <= soonMs ? Math.min(rule.quietMs * 2, longestQuietMs) : rule.quietMs,
})

function whileOff(rule: PictureRule, look: LineLook): PictureRule {
  const isQuiet = look.lostShare < quietLoss && !(look.availableKbps !== undefined && look.availableKbps < enoughKbps)
  const { quietSince = look.at, ...rest } = rule
  if (!isQuiet) return rest
  return look.at - quietSince >= rule.quietMs ? { quietMs: rule.quietMs, backSince: look.at } : { ...rest, quietSince }
}
