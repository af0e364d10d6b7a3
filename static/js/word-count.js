// <word-count for="id_body"><meter></meter> <b>412</b></word-count>
// Counts on while somebody writes. The server counts again when it saves.
class WordCount extends HTMLElement {
  connectedCallback() {
    const field = document.getElementById(this.getAttribute("for"))
    field.form.addEventListener("input", () => this.show(count(field.value)))
  }

  show(words) {
    this.querySelector("meter").value = words
    this.querySelector("b").textContent = words
  }
}

function count(text) {
  const words = text.replace(/<\/(p|h2|h3|li|blockquote)>|<[bh]r>/g, " ").replace(/<[^>]*>/g, "")
  return words.split(/(?:\s|&nbsp;)+/).filter(Boolean).length
}

customElements.define("word-count", WordCount)
