// Names that the stock admin leaves out: fields that complete what is typed (select2) get that
// of their label, fields in a table that of their column.
function nameFields() {
  for (const field of document.querySelectorAll(".tabular td :is(input:not([type=hidden]), select)")) {
    const name = headingOf(field)
    if (name && !field.labels.length) field.setAttribute("aria-labelledby", name.id)
  }
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const choice = select.nextElementSibling?.querySelector(".select2-selection")
    const value = choice?.querySelector(".select2-selection__rendered")
    const name = select.labels[0] ?? headingOf(select)
    if (!value || !name) continue
    name.id ||= `${select.id}_label`
    value.setAttribute("aria-labelledby", name.id)
    choice.setAttribute("aria-labelledby", `${name.id} ${value.id}`)
  }
}

function headingOf(field) {
  const cell = field.closest("td")
  const heading = cell?.closest("table").querySelectorAll("thead th")[cell.cellIndex]
  if (heading) heading.id ||= `${field.id}_heading`
  return heading
}

nameFields()
new MutationObserver(records => {
  const added = records.flatMap(({ addedNodes }) => [...addedNodes])
  if (added.some(node => node.matches?.(".select2, tr"))) nameFields()
}).observe(document.body, { childList: true, subtree: true })
