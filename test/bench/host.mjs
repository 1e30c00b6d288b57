// One side's server in a process of its own: says when it serves, answers `stats`, ends on `close`.
const [file, place] = process.argv.slice(2)
const { default: makeAdapter } = await import(new URL(file, import.meta.url).href)
const server = await makeAdapter().serve(JSON.parse(place))
process.on('message', async (message) => {
  if (message === 'stats') {
    globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    process.send({ rss: process.memoryUsage().rss, cpuMs: (user + system) / 1000 })
  } else {
    await server.close()
    process.exit(0)
  }
})
process.on('disconnect', () => process.exit(0))
process.send('ready')
