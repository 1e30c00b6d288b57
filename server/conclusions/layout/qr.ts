import qrcode from 'qrcode'

/** A QR code as a drawing with sharp edges at every size, without a border. */
export const qrSvg = (text: string): string => {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' })
  const cells: string[] = []
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column)) cells.push(`M${column} ${row}h1v1h-1z`)
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${modules.size} ${modules.size}" shape-rendering="crispEdges"><path d="${cells.join('')}"/></svg>`
}

/** The same code as a picture for word processors. */
export const qrPng = (text: string): Promise<Buffer> =>
  qrcode.toBuffer(text, { errorCorrectionLevel: 'M', margin: 0, scale: 10, type: 'png' })
