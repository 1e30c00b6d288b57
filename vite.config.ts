/// <reference types="vitest/config" />
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))
const server = process.env.DEV_SERVER ?? 'http://127.0.0.1:3000'

/** Heavy libraries that only the room needs are each a file of its own, fetched when first used and kept over releases. */
const chunks = [
  { name: 'livekit', test: /node_modules[\\/]livekit-client/ },
  {
    name: 'editor',
    test: /node_modules[\\/](@tiptap|prosemirror-|yjs|y-protocols|lib0|orderedmap|rope-sequence|w3c-keyname|linkifyjs)/,
  },
  // What every page loads, and what several share, come in a few files: over a weak line each costs a way there and back.
  // The page itself is left out: shared files must not import what imports them (scripts/checks/bundle.mjs).
  {
    name: 'base',
    tags: ['$initial' as const],
    test: /^(?!.*client[\\/](?:index\.html|main\.ts|service-worker\.ts))/,
    priority: 1,
  },
  { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 3_000 },
]

/** Tells client/service-worker.ts what it keeps from the start: the page, what it loads to be drawn, and the letters. */
function shellOfBuild(): Plugin {
  return {
    name: 'shell-of-build',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const built = Object.values(bundle)
      const worker = built.find((one) => one.type === 'chunk' && one.name === 'service-worker')
      const page = bundle['index.html']
      if (worker?.type !== 'chunk' || page?.type !== 'asset') throw new Error('the build has no page or no service worker')
      const html = page.source.toString()
      const drawn = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].flatMap(([, file]) => file ?? [])
      const letters = built.map((one) => `/${one.fileName}`).filter((file) => file.endsWith('.woff2'))
      const build = createHash('sha256')
        .update(
          built
            .map((one) => one.fileName)
            .sort()
            .join(),
        )
        .update(html)
        .digest('hex')
        .slice(0, 12)
      worker.code = worker.code.replace('__SHELL__', () => JSON.stringify({ build, files: ['/', ...drawn, ...letters] }))
    },
  }
}

export default defineConfig({
  root: 'client',
  // What of the library for words is not used here: it would be loaded by every page.
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  plugins: [vue(), shellOfBuild()],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    // scripts/checks/bundle.mjs weighs what each face loads.
    manifest: true,
    rolldownOptions: {
      input: {
        index: `${root}client/index.html`,
        'service-worker': `${root}client/service-worker.ts`,
      },
      // With their dependencies they would take Vue along, and every page would load them.
      output: {
        // Under a name of its own: a browser asks for the same worker again to see whether it is new.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
        // The name of a shared file lists all who share it.
        chunkFileNames: ({ name }) => `assets/${name.split('~')[0] ?? name}-[hash].js`,
        assetFileNames: ({ names }) =>
          names[0]?.includes('~') ? 'assets/shared-[hash][extname]' : 'assets/[name]-[hash][extname]',
        codeSplitting: { includeDependenciesRecursively: false, groups: chunks },
      },
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
        test: { name: 'domain', root, include: ['test/domain/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          root,
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
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
