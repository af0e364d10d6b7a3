// Runs before the editor: hands each rich-text field its HTML, says so in the hidden format
// field, gives the editing area the name of its label, and its buttons the page's language.
const gettext = window.gettext ?? (words => words)

for (const field of document.querySelectorAll("textarea[data-django-prose-editor-configurable]")) {
  const form = field.form
  const format = form.elements[`${field.name}_format`]
  const before = form.elements[`${field.name}_before`]
  if (!format || format.value !== "plain") continue
  field.value = before.value
  field.defaultValue = before.value
  format.value = "html"
}

document.addEventListener("prose-editor:ready", ({ target, detail }) => {
  // Whoever else writes into the field (keep-draft.js) says so by a change.
  target.addEventListener("change", () => detail.editor.commands.setContent(target.value))
  const label = document.querySelector(`label[for="${target.id}"]`)
  const editor = target.closest(".prose-editor")
  const area = editor?.querySelector(".ProseMirror[contenteditable]")
  if (!area || !label) return
  // The editor draws its buttons a moment later, in English, and one of them again and again.
  new MutationObserver(() => translateButtons(editor)).observe(editor, { childList: true, subtree: true })
  area.setAttribute("aria-label", label.textContent.replace(/:\s*$/, "").trim())
  area.setAttribute("aria-multiline", "true")
  area.setAttribute("role", "textbox")
  area.lang = target.lang || document.documentElement.lang
  label.addEventListener("click", () => area.focus())
})

// An address as one says it, in the editor's dialogue: relays/plaintext.py takes it the same way.
document.addEventListener("click", ({ target }) => {
  const address = target.closest(".prose-editor-dialog [type=submit]")?.form.elements.href
  if (!address) return
  const typed = address.value.trim()
  const isWhole = !typed || /^(?:[a-z][a-z0-9+.-]*:|[#/])/i.test(typed)
  address.value = isWhole ? typed : (typed.includes("@") ? "mailto:" : "https://") + typed
}, true)

function translateButtons(editor) {
  for (const button of editor.querySelectorAll(".prose-menubar [title]")) {
    const words = gettext(button.title)
    if (words === button.title) continue
    button.title = words
    button.setAttribute("aria-label", words)
  }
  for (const option of editor.querySelectorAll(".prose-menubar__option > *")) {
    const words = gettext(option.textContent)
    if (words !== option.textContent) option.textContent = words
  }
}
