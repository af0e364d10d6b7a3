// <copy-field data-label="Copy" data-done="Copied."><label>…</label><input readonly></copy-field>
// One press copies what the field says; without this the field is there to be copied by hand.
class CopyField extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return // a page over plain http
    const field = this.querySelector("input")
    const button = document.createElement("button")
    const told = document.createElement("span")
    button.type = "button"
    button.className = "btn quiet button"
    button.textContent = this.dataset.label
    told.setAttribute("role", "status")
    this.append(button, " ", told)
    button.addEventListener("click", () => {
      field.select() // where copying is refused it is one key away
      navigator.clipboard.writeText(field.value).then(() => (told.textContent = this.dataset.done), () => {})
    })
  }
}

customElements.define("copy-field", CopyField)
