import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Role } from '#domain/contract/values.ts'
import { faceOfRole, farFaces } from '#domain/meeting/faces.ts'

/** What Vite says of a part of the build (https://vite.dev/guide/backend-integration): its file, its styles, what it imports. */
const Manifest = z.record(
  z.string(),
  z.object({ file: z.string(), css: z.array(z.string()).optional(), imports: z.array(z.string()).optional() }),
)
type Manifest = z.infer<typeof Manifest>

interface Opened {
  page: string
  face?: (typeof faceOfRole)[Role] | 'Projector'
}
/** What an address opens; a meeting opens the face of the asker's role. */
const opened: [RegExp, Opened][] = [
  [/^\/$/, { page: 'Front' }],
  [/^\/join\//, { page: 'Join' }],
  [/^\/meetings\/[^/]+\/?$/, { page: 'Meeting' }],
  [/^\/meetings\/[^/]+\/office\/?$/, { page: 'Office', face: 'Office' }],
  [/^\/meetings\/[^/]+\/projector\/?$/, { page: 'Projector', face: 'Projector' }],
]

function filesOf(manifest: Manifest, parts: string[]): { scripts: string[]; styles: string[] } {
  const seen = new Set<string>()
  const scripts: string[] = []
  const styles: string[] = []
  const visit = (name: string) => {
    const part = manifest[name]
    if (part === undefined) throw new Error(`the build has no ${name}`)
    // What the page itself loads stands in it already.
    if (name === 'index.html' || seen.has(name)) return
    seen.add(name)
    scripts.push(part.file)
    styles.push(...(part.css ?? []))
    part.imports?.forEach(visit)
  }
  parts.forEach(visit)
  return { scripts, styles }
}

/**
 * The page of a built client for whoever opens an address, naming in its head every file that the face of this role is made of:
 * the browser asks for all at once, where it would find them one after another, a way to the server and back each time. What is
 * read from far away is dark before its script is there. Asks who it is only where that decides. Rejects while there is no build.
 */
export function pagesOf(clientDir: string): (address: string, roleOfAsker: () => Promise<Role | undefined>) => Promise<string> {
  const file = path.join(clientDir, 'index.html')
  let html = ''
  let manifest: Manifest = {}
  let builtAt = Number.NaN
  let pages = new Map<string, string>()

  function look() {
    const { mtimeMs } = statSync(file)
    if (mtimeMs === builtAt) return
    html = readFileSync(file, 'utf8')
    manifest = Manifest.parse(JSON.parse(readFileSync(path.join(clientDir, '.vite', 'manifest.json'), 'utf8')))
    builtAt = mtimeMs
    pages = new Map()
  }

  function drawn({ page, face }: Opened): string {
    const ofFace = face === undefined ? [] : [`faces/${face}Face.vue`]
    const { scripts, styles } = filesOf(manifest, [`pages/${page}Page.vue`, ...ofFace])
    const lines = [
      ...styles.map((name) => `<link rel="preload" as="style" crossorigin href="/${name}">`),
      ...scripts.map((name) => `<link rel="modulepreload" crossorigin href="/${name}">`),
    ]
    const head = lines.filter((line) => !html.includes(line.slice(line.indexOf('href=')))).join('\n    ')
    const named = html.replace('</head>', () => `  ${head}\n  </head>`)
    const name = face?.toLowerCase()
    const isFar = name !== undefined && farFaces.includes(name)
    return isFar ? named.replace('<html', `<html data-theme="dark" data-face="${name}"`) : named
  }

  return async (address, roleOfAsker) => {
    const [, place] = opened.find(([pattern]) => pattern.test(address)) ?? []
    const role = place?.page === 'Meeting' ? await roleOfAsker() : undefined
    look()
    if (place === undefined) return html
    const asked = role === undefined ? place : { ...place, face: faceOfRole[role] }
    const key = `${asked.page} ${asked.face ?? ''}`
    const known = pages.get(key) ?? drawn(asked)
    pages.set(key, known)
    return known
  }
}
