// <spelled-date lang="da"><input type="date"> <output></output></spelled-date>
// Says the chosen day in words, with its weekday: a native field shows numbers alone.
class SpelledDate extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input")
    this.field.addEventListener("input", () => this.say())
    this.say()
  }

  say() {
    const hasTime = this.field.type === "datetime-local"
    // Read and said in UTC: what stands in the field, whatever the clock of this browser skips.
    const chosen = new Date(`${this.field.value}${hasTime ? "Z" : ""}`)
    const words = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }
    if (hasTime) Object.assign(words, { hour: "numeric", minute: "2-digit" })
    const said = new Intl.DateTimeFormat(this.lang || "da", words)
    this.querySelector("output").value = isNaN(chosen) ? "" : said.format(chosen)
  }
}

customElements.define("spelled-date", SpelledDate)
