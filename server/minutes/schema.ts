import { getSchema } from '@tiptap/core'
import type { ContentMatch, NodeType } from '@tiptap/pm/model'
import { minutesExtensions } from '#domain/minutes/schema.ts'

/** The minutes' ProseMirror schema, and what the scan of an update needs of it as plain sets. */
export const minutesSchema = getSchema(minutesExtensions())

const childrenOf = (type: NodeType): Set<string> => {
  const names = new Set<string>()
  const seen = new Set<ContentMatch>()
  const visit = (match: ContentMatch): void => {
    if (seen.has(match)) return
    seen.add(match)
    for (let index = 0; index < match.edgeCount; index++) {
      const edge = match.edge(index)
      names.add(edge.type.name)
      visit(edge.next)
    }
  }
  visit(type.contentMatch)
  return names
}

const children = new Map(Object.values(minutesSchema.nodes).map((type) => [type.name, childrenOf(type)]))

/** Whether a node may stand directly in another at all; order and count are `hasValidContent`'s. */
export const mayContain = (parent: string, child: string): boolean => children.get(parent)?.has(child) ?? false

export const isNode = (name: string): boolean => name !== 'text' && name !== 'doc' && name in minutesSchema.nodes

export const isMark = (name: string): boolean => Object.hasOwn(minutesSchema.marks, name)

/** Whether these children, in this order, are what the schema allows in the node. */
export const hasValidContent = (parent: string, childNames: string[]): boolean => {
  let match: ContentMatch | null = minutesSchema.nodes[parent]?.contentMatch ?? null
  for (const name of childNames) {
    const type = minutesSchema.nodes[name]
    match = type && match ? match.matchType(type) : null
    if (!match) return false
  }
  return match?.validEnd ?? false
}
