// Runs before the editor: hands each rich-text field its HTML, says so in the hidden format
// field, gives the editing area the name of its label, and its buttons the page's language.
const inPageLanguage = window.gettext ?? (words => words)

for (const field of document.querySelectorAll("textarea[data-django-prose-editor-configurable]")) {
  const form = field.form
  const format = form.elements[`${field.name}_format`]
  const before = form.elements[`${field.name}_before`]
  if (!format || format.value !== "plain") continue
  field.value = before.value
  field.defaultValue = before.value
  format.value = "html"
}

document.addEventListener("prose-editor:ready", ({ target }) => {
  for (const button of target.closest(".prose-editor")?.querySelectorAll("button[title]") ?? []) {
    button.title = inPageLanguage(button.title)
    if (button.title) button.setAttribute("aria-label", button.title)
  }
  const label = document.querySelector(`label[for="${target.id}"]`)
  const area = target.closest(".prose-editor")?.querySelector(".ProseMirror")
  if (!area || !label) return
  area.setAttribute("aria-label", label.textContent.replace(/:\s*$/, "").trim())
  area.setAttribute("aria-multiline", "true")
  area.setAttribute("role", "textbox")
  area.lang = target.lang || document.documentElement.lang
  label.addEventListener("click", () => area.focus())
})
