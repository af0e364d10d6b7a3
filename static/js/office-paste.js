// What Word, Outlook, Google Docs and LibreOffice put on the clipboard, as the HTML that they
// mean: the editor parses a paste before anybody else sees it, and would lose their lists. What
// a text cannot hold is said under the editor. `relays/office.py` says the same to an archive,
// function by function, and one set of tests walks both.
const gettext = window.gettext ?? (words => words)
const ngettext = window.ngettext ?? ((one, many, count) => (count === 1 ? one : many))

const MARKS = ["em", "strong"]
const CELLS = ["td", "th", "caption"]
const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
const BLOCKS = new Set([...HEADINGS, ...CELLS, "p", "div", "li", "ul", "ol", "blockquote", "hr", "item"])
// On other pages of the web: parts of a page that a text takes for paragraphs.
const LIKE_A_DIV = new Set("address article aside center dd dl dt figcaption figure footer header main nav pre section".split(" "))
const UNSEEN = new Set("script style title head noscript template xml meta link".split(" "))

const GLYPH = /^\s*(?:[·•▪§◦‣○o–-]|\(?[0-9a-zæøå]{1,5}[.)])[\s\u00a0]{2,}/i
const ORDERED = /^\s*\(?(?:\d|[a-zæøå]{1,5}[.)])/i
const POINTS_A_LEVEL = 36
const DEEPEST_LIST = 9

document.addEventListener("prose-editor:ready", ({ target, detail }) => {
  const status = document.createElement("p")
  status.className = "paste-losses"
  status.setAttribute("role", "status")
  target.closest(".prose-editor").append(status)
  detail.editor.view.setProps({
    transformPastedHTML(html) {
      // What was copied in an editor like this one is as it should be.
      const found = html.includes("data-pm-slice") ? { html, lost: {} } : meant(html)
      status.textContent = said(found.lost)
      return found.html
    },
  })
})

function meant(html) {
  const page = new DOMParser().parseFromString(unstyled(html), "text/html")
  const lost = { pictures: 0, tables: 0, notes: 0, comments: 0, deletions: 0 }
  const [body] = read(page.body, lost)
  return { html: childrenOf(body, []).map(written).join(""), lost }
}

// The policy of the page would refuse each style and each handler, and say so on the console.
function unstyled(html) {
  return html
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi, tag =>
      tag.replace(/"[^"]*"|'[^']*'|\s(?=(?:style|on\w+)\s*=)/gi, found => (found.trim() ? found : " data-")),
    )
}

function said(lost) {
  const counted = {
    pictures: count => ngettext("%s picture", "%s pictures", count),
    tables: count => ngettext("%s table (its words are kept as paragraphs)", "%s tables (their words are kept as paragraphs)", count),
    notes: count => ngettext("%s footnote or endnote", "%s footnotes and endnotes", count),
    comments: count => ngettext("%s comment", "%s comments", count),
    deletions: count => ngettext("%s tracked deletion", "%s tracked deletions", count),
  }
  const kinds = Object.keys(counted).filter(kind => lost[kind])
  const list = kinds.map(kind => counted[kind](lost[kind]).replace("%s", lost[kind])).join("; ")
  return list && gettext("Not pasted: %s.").replace("%s", list)
}

// What was on the clipboard, as a tree --------------------------------------------------------

function node(tag, attrs = {}, children = []) {
  const style = {}
  for (const declaration of (attrs.style ?? "").split(";")) {
    const [name, ...value] = declaration.split(":")
    style[name.trim().toLowerCase()] = value.join(":").trim().toLowerCase()
  }
  const classes = (attrs.class ?? "").replace(/\bx_/g, "").split(/\s+/)
  return { tag, attrs, children, style, classes }
}

function read(element, lost) {
  const attrs = {}
  for (const { name, value } of element.attributes) attrs[name === "data-style" ? "style" : name] = value
  const found = node(LIKE_A_DIV.has(element.localName) ? "div" : element.localName, attrs)
  if (isLeftOut(found)) return []
  const kind = lossOf(found)
  if (kind) lost[kind] += 1
  if (kind && kind !== "tables") return []
  found.children = [...element.childNodes].flatMap(child => {
    if (child.nodeType === Node.TEXT_NODE) return [child.data]
    return child.nodeType === Node.ELEMENT_NODE && !UNSEEN.has(child.localName) ? read(child, lost) : []
  })
  return [found]
}

function isLeftOut(part) {
  return (
    part.style.display === "none" ||
    part.style["mso-hide"] === "all" ||
    "mso-element" in part.style ||
    hasClass(part, "EOP") ||
    hasClass(part, "Apple-interchange-newline")
  )
}

function lossOf(part) {
  if (part.tag === "img") return "pictures"
  if (part.tag === "table") return "tables"
  if (part.tag === "del") return "deletions"
  if ("mso-footnote-id" in part.style || "mso-endnote-id" in part.style) return "notes"
  return hasClass(part, "MsoCommentReference") ? "comments" : null
}

function hasClass({ classes }, start) {
  return classes.some(name => name.startsWith(start))
}

function textOf(part) {
  return typeof part === "string" ? part : part.children.map(textOf).join("")
}

function written(part) {
  if (typeof part === "string") return escape(part)
  if (part.tag === "br" || part.tag === "hr") return `<${part.tag}>`
  const target = part.tag === "a" ? ` href="${escape(part.attrs.href)}"` : ""
  return `<${part.tag}${target}>${part.children.map(written).join("")}</${part.tag}>`
}

function escape(words) {
  return words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;")
}

// What each part means ------------------------------------------------------------------------

function childrenOf(parent, marks) {
  return withLists(partsOf(parent, marks))
}

function partsOf(parent, marks) {
  const found = parent.children.flatMap(child => {
    if (typeof child === "string") return [marked(child.replace(/[ \t\r\n\f]+/g, " "), marks)]
    return isIgnored(child) ? [] : partOf(child, marks)
  })
  return tidy(found)
}

function marked(text, marks) {
  return MARKS.reduce((inside, mark) => (marks.includes(mark) ? node(mark, {}, [inside]) : inside), text)
}

function partOf(part, marks) {
  if (part.tag === "br" || part.tag === "hr") return [node(part.tag)]
  if (part.tag === "ul" || part.tag === "ol") return listOf(part, marks)
  if (isBlock(part)) return blockOf(part, marks)
  if ("mso-spacerun" in part.style || "mso-tab-count" in part.style || hasClass(part, "Apple-conv")) return [marked(" ", marks)]
  const inside = partsOf(part, marksOf(part, marks))
  const href = part.attrs.href || "#"
  if (part.tag !== "a" || href.startsWith("#") || inside.some(isBlock)) return inside
  return [node("a", { href }, inside)]
}

function marksOf({ tag, style }, marks) {
  const weight = style["font-weight"] ?? ""
  const slant = style["font-style"] ?? ""
  const isStrong = /^(bold|[6-9]00)/.test(weight) || (/^(b|strong)$/.test(tag) && !weight)
  const isEm = /^(italic|oblique)/.test(slant) || (/^(i|em)$/.test(tag) && !slant)
  return MARKS.filter(mark => {
    const [isHere, isSaid] = mark === "em" ? [isEm, slant] : [isStrong, weight]
    return isHere || (!isSaid && marks.includes(mark))
  })
}

function blockOf(part, marks) {
  const heading = headingOf(part)
  if (heading) {
    const plain = partsOf(part, marks).flatMap(each => (each.tag === "strong" ? each.children : [each]))
    return [node(heading, {}, tidy(plain))]
  }
  const glyph = part.tag === "p" ? glyphOf(part) : null
  if (glyph !== null) return [itemOf(part, marks, glyph)]
  if (part.tag === "li" || part.tag === "blockquote") return [node(part.tag, {}, paragraphs(childrenOf(part, marks)))]
  const inside = partsOf(part, marks)
  if (inside.some(isBlock)) return inside
  const paragraph = node("p", { class: part.classes.join(" ") }, inside)
  return hasClass(part, "MsoQuote") || hasClass(part, "MsoIntenseQuote") ? [node("blockquote", {}, [paragraph])] : [paragraph]
}

function headingOf(part) {
  const { tag, attrs } = part
  const level = HEADINGS.includes(tag) ? Number(tag[1]) : attrs.role === "heading" ? numberIn(attrs["aria-level"], 2) : hasClass(part, "MsoTitle") ? 2 : 0
  return level && (level < 3 ? "h2" : "h3") // the editor has these two
}

function kindOf(part) {
  return typeof part === "string" ? "words" : part.tag
}

function isBlock(part) {
  return BLOCKS.has(kindOf(part))
}

function isIgnored({ style }) {
  return style["mso-list"] === "ignore"
}

function saysSomething(part) {
  return textOf(part).replaceAll(" ", "") !== ""
}

function groupsBy(parts, key) {
  const groups = []
  for (const part of parts) {
    const last = groups.at(-1)
    if (last && last.key === key(part)) last.parts.push(part)
    else groups.push({ key: key(part), parts: [part] })
  }
  return groups
}

function tidy(parts) {
  const joined = groupsBy(parts, kindOf).flatMap(({ key, parts }) => {
    if (MARKS.includes(key)) return [node(key, {}, tidy(parts.flatMap(part => part.children)))]
    return key === "words" ? [parts.join("")] : parts
  })
  return joined.some(isBlock) ? joined.filter(part => isBlock(part) || saysSomething(part)) : joined
}

// Lists ---------------------------------------------------------------------------------------

function glyphOf(part) {
  const list = part.style["mso-list"]
  if (/\blevel\d/.test(list ?? "")) return textOf(allIn(part).find(isIgnored) ?? "·")
  return hasClass(part, "MsoList") && list === undefined ? (GLYPH.exec(textOf(part))?.[0] ?? null) : null
}

function allIn(part) {
  return part.children.flatMap(child => (typeof child === "string" ? [] : [child, ...allIn(child)]))
}

function itemOf(part, marks, glyph) {
  const list = part.style["mso-list"] ?? ""
  if (!list) cut(part, glyph.length)
  const indent = numberIn(part.style["margin-left"], POINTS_A_LEVEL)
  const level = numberIn(list.split("level")[1], Math.max(1, Math.round(indent / POINTS_A_LEVEL)))
  const tag = ORDERED.test(glyph) ? "ol" : "ul"
  return node("item", { level, tag, list: list.replace(/level\d+/g, "") }, paragraphs(childrenOf(part, marks)))
}

function cut(part, length) {
  for (const [place, child] of part.children.entries()) {
    const text = textOf(child)
    if (typeof child === "string") part.children[place] = child.slice(length)
    else cut(child, length)
    length -= text.length
    if (length <= 0) return
  }
}

function listOf(list, marks) {
  const items = []
  for (const child of list.children) {
    if (typeof child === "string") continue
    if (child.tag === "li" && "data-listid" in child.attrs) {
      const place = { level: numberIn(child.attrs["data-aria-level"], 1), tag: list.tag, list: child.attrs["data-listid"] }
      items.push(node("item", place, paragraphs(childrenOf(child, marks))))
      continue
    }
    for (const found of partOf(child, marks)) {
      const kind = kindOf(found)
      if ((kind === "ul" || kind === "ol") && items.at(-1)?.tag === "li") items.at(-1).children.push(found)
      else items.push(kind === "li" ? found : node("li", {}, paragraphs([found])))
    }
  }
  return items.length && items.every(item => item.tag === "item") ? items : [node(list.tag, {}, items)]
}

function paragraphs(parts) {
  return groupsBy(parts, isBlock).flatMap(({ key, parts }) => {
    if (key) return parts
    return parts.some(saysSomething) ? [node("p", {}, parts)] : []
  })
}

function withLists(parts) {
  const found = []
  let lists = []
  for (const part of parts) {
    if (part.tag !== "item") {
      if (lists.length && part.tag === "p" && hasClass(part, "MsoListParagraph")) {
        lists.at(-1).children.at(-1).children.push(part)
      } else {
        lists = []
        found.push(part)
      }
      continue
    }
    const level = Math.min(part.attrs.level, DEEPEST_LIST)
    while (lists.at(-1)?.attrs.level > level) lists.pop()
    if (lists.at(-1)?.attrs.level === level && !goesOn(lists.at(-1), part)) lists.pop()
    if (!(lists.at(-1)?.attrs.level === level)) {
      const list = node(part.attrs.tag, { ...part.attrs, level })
      const above = lists.length ? lists.at(-1).children.at(-1).children : found
      above.push(list)
      lists.push(list)
    }
    lists.at(-1).children.push(node("li", {}, part.children))
  }
  return found
}

function goesOn(list, item) {
  return list.attrs.tag === item.attrs.tag && list.attrs.list === item.attrs.list
}

function numberIn(said, otherwise) {
  const found = /^\d{1,4}/.exec(said ?? "")
  return found ? Math.max(1, Number(found[0])) : otherwise
}
