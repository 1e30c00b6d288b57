/**
 * What comes from Word, Excel or a web page, reduced to what the minutes have: paragraphs, lists, tables, bold, italic,
 * underline. Fonts, colours, pictures and the office programs' own marks go; text becomes NFC.
 */
export function cleanHtml(html: string): string {
  const { body } = new DOMParser().parseFromString(html.normalize('NFC'), 'text/html')
  for (const node of body.querySelectorAll(foreign)) node.remove()
  for (const node of [...body.querySelectorAll('*')]) if (isUnseen(node)) node.remove()
  removeComments(body)
  for (const first of [...body.querySelectorAll(wordItem)]) if (first.isConnected) gatherList(first)
  for (const node of [...body.querySelectorAll('*')]) keepMarks(node)
  for (const node of body.querySelectorAll('*'))
    for (const { name } of [...node.attributes]) if (!kept.has(name)) node.removeAttribute(name)
  return body.innerHTML.replaceAll('&nbsp;', ' ')
}

/** Whether letters were typed with a font of before Unicode (.VnTime, VNI-Times): then the text is not what it looked like. */
export const hasLegacyFont = (html: string): boolean => /(?:font-family:|face=)["'\s]*(?:&quot;)?(?:\.vn|vni-)/i.test(html)

const foreign = 'style, script, meta, link, title, img, svg, picture, video, audio, object, iframe, template, xml'
const wordItem = 'p[style*="mso-list:"]:not([style*="mso-list:none"])'
const kept = new Set(['colspan', 'rowspan', 'start'])

const styleOf = (node: Element): string => (node.getAttribute('style') ?? '').replace(/\s/g, '').toLowerCase()

/** Word's own elements (`o:p`), what it hides, and the number it writes before each point of a list. */
const isUnseen = (node: Element): boolean => node.tagName.includes(':') || /display:none|mso-hide:all/.test(styleOf(node))

function removeComments(root: Element): void {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_COMMENT)
  const comments: Node[] = []
  while (walker.nextNode()) comments.push(walker.currentNode)
  for (const comment of comments) comment.parentNode?.removeChild(comment)
}

/** Word writes the points of a list as paragraphs one after another: makes them a list, by their levels. */
function gatherList(first: Element): void {
  const page = first.ownerDocument
  const lists: Element[] = []
  let next: Element | null = first
  while (next?.matches(wordItem)) {
    const point: Element = next
    next = point.nextElementSibling
    const level = Math.max(1, Number(/level(\d+)/.exec(styleOf(point))?.[1] ?? 1))
    const number = point.querySelector('[style*="mso-list:Ignore"]')
    const tag = /[\p{L}\p{N}]+[.)]/u.test(number?.textContent ?? '') ? 'ol' : 'ul'
    number?.remove()
    lists.length = Math.min(lists.length, level)
    while (lists.length < level) {
      const list = page.createElement(tag)
      const parent = lists.at(-1)
      if (parent) (parent.lastElementChild ?? parent.appendChild(page.createElement('li'))).append(list)
      else point.before(list)
      lists.push(list)
    }
    const paragraph = page.createElement('p')
    paragraph.append(...point.childNodes)
    const item = page.createElement('li')
    item.append(paragraph)
    lists.at(-1)?.append(item)
    point.remove()
  }
}

/** Bold, italic and underline said by a style become elements; said off by a style, they are taken away. */
function keepMarks(node: Element): void {
  const style = styleOf(node)
  if (/^(b|strong)$/i.test(node.tagName) && /font-weight:(normal|400)/.test(style)) return node.replaceWith(...node.childNodes)
  if (node.tagName !== 'SPAN') return
  const tags = [
    /font-weight:(bold|[6-9]00)/.test(style) ? 'strong' : '',
    /font-style:italic/.test(style) ? 'em' : '',
    /text-decoration:[^;]*underline/.test(style) ? 'u' : '',
  ]
  for (const tag of tags.filter((one) => one !== '')) {
    const mark = node.ownerDocument.createElement(tag)
    mark.append(...node.childNodes)
    node.append(mark)
  }
}
