/**
 * Sound that a loudspeaker and a level meter take for speech: a low voice in syllables and pauses, never loud. Samples follow
 * from the time alone, so that two bridge points differ only in their pitch.
 */
export const sampleRate = 24_000

export interface Voice {
  /** The next so many samples. */
  next(samples: number): Int16Array
  /** How loud it was just now, from 0 to 1. */
  level: number
}

export function speakWith(pitch: number): Voice {
  let at = 0
  const voice: Voice = {
    level: 0,
    next(samples) {
      const sound = new Int16Array(samples)
      let loudest = 0
      for (let index = 0; index < samples; index++, at++) {
        const seconds = at / sampleRate
        // Four syllables a second, a breath every three seconds.
        const syllable = Math.max(0, Math.sin(seconds * Math.PI * 8)) * (seconds % 3 < 2.6 ? 1 : 0)
        const tone = pitch * (1 + 0.06 * Math.sin(seconds * 5))
        const wave =
          Math.sin(seconds * tone * 2 * Math.PI) +
          0.5 * Math.sin(seconds * tone * 4 * Math.PI) +
          0.25 * Math.sin(seconds * tone * 6 * Math.PI)
        const sample = wave * syllable * 0.12
        loudest = Math.max(loudest, Math.abs(sample))
        sound[index] = Math.round(sample * 32_767)
      }
      voice.level = Math.min(1, loudest * 5)
      return sound
    },
  }
  return voice
}
