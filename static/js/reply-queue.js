// <reply-queue><div hidden><input type="checkbox" data-keys></div><article data-row>…</article></reply-queue>
// Goes through a queue by single keys: j and k move, a, d and s press the buttons of the row that
// has the focus. They rest while somebody types, and whoever does not want them turns them off.
const SHELF = "reply-queue-keys"
const TYPED_IN = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"

class ReplyQueue extends HTMLElement {
  connectedCallback() {
    this.rows = [...this.querySelectorAll("[data-row]")]
    this.switch = this.querySelector("[data-keys]")
    this.switch.checked = recall() !== "off"
    this.switch.closest("[hidden]").hidden = this.rows.length === 0
    this.switch.addEventListener("change", () => remember(this.switch.checked ? "on" : "off"))
    document.addEventListener("keydown", event => this.press(event))
    const meant = this.rows.find(row => `#${row.id}` === location.hash)
    if (meant) meant.focus()
  }

  get row() {
    return document.activeElement.closest("[data-row]")
  }

  press(event) {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Escape") this.close(event)
    else if (this.switch.checked && !event.target.closest(TYPED_IN)) this.act(event)
  }

  act(event) {
    const act = { j: () => this.move(1), k: () => this.move(-1), a: () => this.send("approve"), s: () => this.send("spam"), d: () => this.open() }[event.key]
    if (!act || this.sent) return
    event.preventDefault()
    act()
  }

  move(by) {
    const place = this.rows.indexOf(this.row)
    const row = this.rows[place < 0 ? 0 : Math.min(Math.max(place + by, 0), this.rows.length - 1)]
    row?.focus()
  }

  // Only for a row that somebody is at: a key pressed elsewhere decides nothing.
  send(verb) {
    const button = this.row?.querySelector(`button[value=${verb}]`)
    if (!button) return
    this.sent = true
    button.click()
  }

  open() {
    const details = this.row?.querySelector("details.relay-decline")
    if (!details) return
    details.open = true
    details.querySelector("input[type=radio]").focus()
  }

  close(event) {
    const details = event.target.closest("details.relay-decline[open]")
    if (!details) return
    details.open = false
    details.closest("[data-row]").focus()
  }
}

function recall() {
  try {
    return localStorage.getItem(SHELF)
  } catch {
    return null // a browser that keeps nothing
  }
}

function remember(choice) {
  try {
    localStorage.setItem(SHELF, choice)
  } catch {
    // it is on again with the next page
  }
}

customElements.define("reply-queue", ReplyQueue)
