// Small conveniences of forms; every one works without this file too, in one more step.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-submit-on-change]")) field.form.requestSubmit();
  if (field.matches("[data-sets]") && field.value) {
    for (const one of field.closest("[data-group]").querySelectorAll(`select[data-one="${field.dataset.sets}"]`)) one.value = field.value;
    field.value = "";
  }
});

document.addEventListener("click", (event) => {
  const adds = event.target.closest("[data-add-row]");
  if (adds) {
    event.preventDefault();
    const template = document.getElementById(adds.dataset.addRow);
    const row = template.content.firstElementChild.cloneNode(true);
    document.getElementById(template.dataset.into).append(row);
    row.querySelector("input, select").focus();
  }
  const drops = event.target.closest("[data-drop-row]");
  if (drops) {
    const row = drops.closest("tr");
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    (next?.querySelector("input") || document.querySelector("[data-add-row]"))?.focus();
  }
  if (event.target.closest("[data-print]")) window.print();
  const closes = event.target.closest("[data-close-details]");
  if (closes) closes.closest("details").open = false;
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target.matches("[data-once]") && button && !event.defaultPrevented) setTimeout(() => { button.disabled = true; }, 0);
});

// A page restored by "back" must not keep its buttons switched off.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once] button:disabled")) button.disabled = false;
});

// Attention goes to what came back: the first fault, else what the server marked, else a form's first field.
function focusIn(part) {
  const first = part.querySelector("[aria-invalid='true']") || part.querySelector("[data-focus-first]");
  first?.focus();
}
focusIn(document);
document.addEventListener("htmx:after:settle", () => {
  const editing = document.querySelector("td.editing");
  if (editing && !editing.contains(document.activeElement)) {
    focusIn(editing);
    if (!editing.contains(document.activeElement)) editing.querySelector("input:not([readonly]):not([type='hidden']), select")?.focus();
  } else if (!editing) {
    focusIn(document.querySelector("tr.saved") || document.createElement("i"));
  }
});
