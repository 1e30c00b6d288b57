/**
 * The page in Typst. It gets the description and the rule set as data and never as source, so nothing in a text can be a command.
 * Line heights are the face's own (ascender to descender), kerning and ligatures are off: lines break as in a word processor.
 * A document may be drawn in layers of one layout: `fixed` without the parts that are open until its issue, and each of these alone.
 */
export const pdfTemplate = String.raw`
#let d = json(bytes(sys.inputs.description))
#let r = json(bytes(sys.inputs.rules))
#let margins = r.page.marginsMm

// What a layer does not show keeps its room, so that the layers lie over each other as one page.
#let layer = sys.inputs.layer
#let fixed(content) = if layer == "all" or layer == "fixed" { content } else { hide(content) }
#let open(name, content) = if layer == "all" { content } else {
  layout(space => {
    let size = measure(block(width: space.width, content))
    block(width: space.width, {
      place(top + left, context {
        let at = here().position()
        [#metadata((name: name, page: at.page, x: at.x.pt(), y: at.y.pt(), width: space.width.pt(), height: size.height.pt())) <open>]
      })
      if layer == name { content } else { hide(content) }
    })
  })
}

#set document(title: d.title, author: d.author, date: auto)
#set page(
  width: r.page.widthMm * 1mm,
  height: r.page.heightMm * 1mm,
  margin: (top: margins.top * 1mm, bottom: margins.bottom * 1mm, left: margins.left * 1mm, right: margins.right * 1mm),
  fill: if sys.inputs.ground == "white" { white } else { none },
  header-ascent: 0mm,
  header: context {
    let page = counter(page).get().first()
    if page > 1 {
      fixed(place(top + center, dy: r.page.pageNumberFromEdgeMm * 1mm, text(size: r.styles.pageNumber.sizePt * 1pt, str(page))))
    }
  },
)
#set text(
  lang: "vi", region: "VN", font: r.embeddedFont, size: r.styles.body.sizePt * 1pt, fill: black,
  hyphenate: false, kerning: false, ligatures: false, fallback: false, overhang: false, top-edge: 0.891em, bottom-edge: -0.216em,
)
#set par(justify: false, leading: 0.042em, spacing: 0.042em)
#set block(spacing: 0pt)

#let run(key, content, bold: false, italic: false) = {
  let s = r.styles.at(key)
  text(
    size: s.sizePt * 1pt,
    weight: if s.bold or bold { "bold" } else { "regular" },
    style: if s.italic or italic { "italic" } else { "normal" },
    content,
  )
}
#let lines(key, items) = items.map(item => run(key, item)).join(linebreak())
#let rule(width) = line(length: width, stroke: r.ruleThicknessPt * 1pt + black)
#let centred(..parts) = align(center, stack(dir: ttb, ..parts))
#let longest(key, items) = calc.max(..items.map(item => measure(run(key, item)).width))

// Header: who issues, the nation's name and motto; number and date on one line.
#context grid(
  columns: r.headerColumns.map(share => share * 100%),
  row-gutter: 9pt,
  fixed(centred(
    ..if d.header.parentBody.len() > 0 { (lines("parentBody", d.header.parentBody), 1pt) },
    lines("issuingBody", d.header.issuingBody),
    2pt,
    rule(longest("issuingBody", d.header.issuingBody) * r.shortRule),
  )),
  fixed(centred(
    run("nationalName", sys.inputs.nationalName),
    1pt,
    run("motto", sys.inputs.motto),
    2pt,
    rule(measure(run("motto", sys.inputs.motto)).width),
  )),
  align(center, {
    open("number", run("numberSymbol", d.header.numberSymbol))
    fixed({
    if "subjectLetter" in d.header {
      v(r.subjectLetterGapPt * 1pt)
      par(leading: 0.1em, run("subjectLetter", d.header.subjectLetter))
    }
    if "draftMark" in d.header { v(6pt); run("draftMark", d.header.draftMark) }
    if "urgency" in d.header {
      let size = r.urgencyMm.at(d.header.urgency)
      let red = rgb("#" + r.urgencyColour)
      v(6pt)
      rect(width: size.at(0) * 1mm, height: size.at(1) * 1mm, stroke: 0.75pt + red, inset: 0pt,
        align(center + horizon, text(fill: red, run("urgency", d.header.urgency))))
    }
    })
  }),
  if "placeDate" in d.header { align(center, open("date", run("placeDate", d.header.placeDate))) },
)

#v(13pt)
#if "heading" in d { fixed({
  align(center, run("kind", d.heading.kind))
  v(2pt)
  layout(size => {
    let width = size.width - 20mm
    let subject = par(leading: 0.1em, run("subject", d.heading.subject))
    let drawn = measure(width: width, align(center, subject))
    let natural = measure(run("subject", d.heading.subject)).width
    align(center, block(width: width, subject))
    v(3pt)
    align(center, rule(calc.min(natural, drawn.width, width) * r.shortRule))
  })
  v(9pt)
}) }

// Who is written to: one behind the label, several below each other with their dashes under the colon.
#let addressees = d.at("addressees", default: ())
#if addressees.len() == 1 {
  fixed(align(center, run("addressees", r.addresseesLabel + " " + addressees.first())))
} else if addressees.len() > 1 {
  fixed(context {
    let label = measure(run("addressees", r.addresseesLabel.slice(0, -1))).width
    pad(left: r.addresseesIndentMm * 1mm, run("addressees", r.addresseesLabel))
    pad(left: r.addresseesIndentMm * 1mm + label, stack(dir: ttb, spacing: 0.1em, ..addressees.map(line => par(hanging-indent: 8pt, run("addressees", line)))))
  })
}
#if addressees.len() > 0 { v(9pt) }

// The text.
#let leading = (1.149 * r.body.lineSpacing - 1.107) * 1em
#set par(justify: true, leading: leading, spacing: r.body.paragraphGapPt * 1pt + leading)
#set block(spacing: r.body.paragraphGapPt * 1pt + leading)
#let indent = r.body.firstLineIndentMm * 1mm
#let headings = ("partLabel", "partTitle", "sectionLabel", "sectionTitle")
#let paragraph(p, sticky: false) = block(
  width: 100%,
  sticky: sticky or p.style in headings,
  if p.style in headings { align(center, p.runs.map(part => run(p.style, part.text)).join()) } else { par(first-line-indent: (amount: indent, all: true), p.runs.map(part => run(
    p.style,
    part.text,
    bold: part.at("bold", default: false),
    italic: part.at("italic", default: false),
  )).join()) },
)
#let data-table(t) = {
  set par(justify: false, leading: 0.1em)
  block(below: 10pt, table(
    columns: t.columns.map(column => column.share * 1fr),
    align: (x, y) => if y == 0 and t.columns.any(column => column.title != "") { center + horizon } else if t.columns.at(x).align == "center" { center } else { left },
    stroke: 0.5pt + black,
    inset: (x: 4pt, y: 3pt),
    ..if t.columns.any(column => column.title != "") {
      (table.header(..t.columns.map(column => run("tableHead", column.title))),)
    },
    ..t.rows.flatten().map(cell => run("tableText", cell)),
  ))
}
#let blocks(body, ends-with-signature: false) = for (index, part) in body.enumerate() {
  if part.type == "table" { data-table(part) } else {
    let is-last = ends-with-signature and index == body.len() - 1
    paragraph(part, sticky: part.at("keepWithNext", default: false) or is-last)
  }
}
#fixed(blocks(d.body, ends-with-signature: true))

// Recipients and signatures, never torn apart.
#let signature(s) = centred(
  lines("authority", s.authority),
  r.signatureSpaceMm * 1mm,
  run("signerName", s.name),
)
#let recipients = {
  run("recipientsLabel", "Nơi nhận:")
  for line in d.closing.recipients { block(spacing: 1pt, par(leading: 0.042em, hanging-indent: 5pt, run("recipients", line))) }
}
#let verification(v) = grid(
  columns: (r.qrMm * 1mm, 1fr),
  column-gutter: 2.5mm,
  align: horizon,
  image(bytes(sys.inputs.qr), format: "svg", width: r.qrMm * 1mm, alt: v.url),
  par(leading: 0.1em, lines("verification", v.lines)),
)
#block(breakable: false, above: 10pt, width: 100%, {
  set par(justify: false, leading: 0.042em, spacing: 0.042em)
  grid(
    columns: r.closingColumns.map(share => share * 100%),
    {
      if "leftSignature" in d.closing { fixed(signature(d.closing.leftSignature)); v(10pt) }
      fixed(recipients)
      if "verification" in d.closing { v(6pt); open("verification", verification(d.closing.verification)) }
    },
    fixed(signature(d.closing.rightSignature)),
  )
})

// Each appendix begins a page and numbers its own.
#for one in d.at("appendices", default: ()) {
  counter(page).update(0)
  pagebreak()
  set par(justify: false)
  show: fixed
  align(center, run("appendixLabel", one.label))
  align(center, run("appendixTitle", one.title))
  align(center, run("appendixReference", one.reference))
  v(3pt)
  layout(size => align(center, rule(calc.min(measure(run("appendixTitle", one.title)).width, size.width - 20mm) * r.shortRule)))
  v(9pt)
  set par(justify: true)
  blocks(one.body)
}
`
