// Starts the rendering thread from its TypeScript source: a thread does not inherit the loader of the process.
import { register } from 'tsx/esm/api'

register()
await import('./render-worker.ts')
