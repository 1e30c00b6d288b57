/** Two soft tones each two seconds until stopped. A browser that lets no sound out yet stays silent: the words are there. */
export function startRing(): () => void {
  const audio = new AudioContext()
  const gain = audio.createGain()
  gain.connect(audio.destination)

  const tone = (frequency: number, after: number) => {
    const from = audio.currentTime + after
    const oscillator = audio.createOscillator()
    oscillator.frequency.value = frequency
    gain.gain.setTargetAtTime(0.2, from, 0.02)
    gain.gain.setTargetAtTime(0, from + 0.25, 0.06)
    oscillator.connect(gain)
    oscillator.start(from)
    oscillator.stop(from + 0.5)
  }
  const ring = () => {
    tone(660, 0)
    tone(880, 0.45)
  }
  ring()
  const timer = setInterval(ring, 2000)
  return () => {
    clearInterval(timer)
    void audio.close()
  }
}
