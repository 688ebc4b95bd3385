// The faults of what is typed as a list: each leads to its cell; those of other records are named.
import { make } from "./clashes.js";

const MOST = 200;

export function showFaults(panel, sheet, { faults, elsewhere, more }, go) {
  const total = faults.length + elsewhere.length + more;
  panel.hidden = total === 0;
  if (!total) {
    panel.replaceChildren();
    return;
  }
  const items = [...faults.slice(0, MOST).map((one) => here(sheet, one, go)), ...elsewhere.slice(0, MOST).map(there)];
  const rest = total - items.length;
  panel.replaceChildren(
    make("h2", { textContent: `${total.toLocaleString("en")} fault${total === 1 ? "" : "s"}` }),
    make("ul", { className: "list" }, items),
    ...(rest > 0 ? [make("p", { className: "quiet", textContent: `And ${rest.toLocaleString("en")} more.` })] : []),
  );
}

function here(sheet, one, go) {
  const row = sheet.rows.get(one.row);
  const label = sheet.columns.find((column) => column.name === one.column)?.label || "row";
  const found = one.column && row ? row.data[one.column] : "";
  const button = make("button", { type: "button", className: "button plain", textContent: `${row ? sheet.title(row) : one.row}, ${label}` });
  button.addEventListener("click", () => go(one.row, one.column));
  return make("li", {}, [button, said(found, one)]);
}

function there(one) {
  return make("li", {}, [make("strong", { textContent: `${one.table}: ${one.key}${one.column ? `, ${one.column}` : ""}` }), said(one.value, one)]);
}

function said(value, { message, right }) {
  return ` ${value ? `“${value}” ` : ""}${message}${right ? `. Right would be: ${right}` : ""}`;
}
