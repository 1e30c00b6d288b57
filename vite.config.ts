/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))
const server = process.env.DEV_SERVER ?? 'http://127.0.0.1:3000'

/** Heavy libraries that only the room needs: each its own file, fetched when first used and kept over releases. */
const chunks = [
  { name: 'livekit', test: /node_modules[\\/]livekit-client/ },
  {
    name: 'editor',
    test: /node_modules[\\/](@tiptap|prosemirror-|yjs|y-protocols|y-indexeddb|lib0|orderedmap|rope-sequence|w3c-keyname|linkifyjs)/,
  },
]

export default defineConfig({
  root: 'client',
  plugins: [vue()],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // With their dependencies they would take Vue along, and every page would load them.
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: chunks } },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: {
      // As an object it leaves the Host header alone, by which the server knows its own pages.
      '/api': { target: server },
      '/healthz': { target: server },
      '/socket.io': { target: server, ws: true },
    },
  },
  test: {
    root,
    reporters: ['default', './test/kit/reporter.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'domain', root, include: ['test/domain/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          root,
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          root,
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
