const heardLevel = 0.05

/** How loud a microphone is right now, 0 to 1, many times a second. Returns how to stop. */
export function measureLevel(stream: MediaStream, tell: (level: number, isHeard: boolean) => void): () => void {
  const context = new AudioContext()
  // Made without a press a browser may hold it back; the first press anywhere lets it go on.
  const wake = () => void context.resume()
  addEventListener('pointerdown', wake)
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  let frame = 0
  const measure = () => {
    analyser.getFloatTimeDomainData(samples)
    const level = Math.min(1, Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) * 4)
    tell(level, level > heardLevel)
    frame = requestAnimationFrame(measure)
  }
  measure()
  return () => {
    cancelAnimationFrame(frame)
    removeEventListener('pointerdown', wake)
    void context.close()
  }
}

/** Two soft notes from the loudspeakers; resolves when they have sounded. */
export async function playTone(): Promise<void> {
  const context = new AudioContext()
  const gain = context.createGain()
  gain.connect(context.destination)
  const notes = [523.25, 659.25].map((frequency, index) => {
    const note = context.createOscillator()
    note.frequency.value = frequency
    note.connect(gain)
    note.start(context.currentTime + index * 0.45)
    note.stop(context.currentTime + index * 0.45 + 0.4)
    return note
  })
  gain.gain.value = 0.4
  await new Promise<void>((resolve) => notes.at(-1)?.addEventListener('ended', () => resolve(), { once: true }))
  await context.close()
}
