// Runs before the editor: hands each rich-text field its HTML, says so in the hidden format
// field, and gives the editing area the name of its label.
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
  const label = document.querySelector(`label[for="${target.id}"]`)
  const area = target.closest(".prose-editor")?.querySelector(".ProseMirror")
  if (!area || !label) return
  area.setAttribute("aria-label", label.textContent.replace(/:\s*$/, "").trim())
  area.setAttribute("aria-multiline", "true")
  area.setAttribute("role", "textbox")
  area.lang = target.lang || document.documentElement.lang
  label.addEventListener("click", () => area.focus())
})
