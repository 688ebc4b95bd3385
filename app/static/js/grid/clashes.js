// What another wrote meanwhile: theirs and yours side by side, to choose cell by cell.

// Show the choices in `panel`; `settle(choices)` gets [clash, { column: "mine" | "theirs" }], "" for a whole row.
export function showClashes(panel, sheet, clashes, settle) {
  const form = make("form", { className: "stack" });
  const choices = clashes.flatMap((clash) => lines(sheet, clash));
  const table = make("table", {}, [
    make("thead", {}, [make("tr", {}, ["Row", "Column", "Yours", "Theirs", "Written by"].map((text) => make("th", { scope: "col", textContent: text })))]),
    make("tbody", {}, choices.map((one) => line(one))),
  ]);
  const both = [["All mine", "mine"], ["All theirs", "theirs"]].map(([text, side]) => {
    const button = make("button", { type: "button", textContent: text });
    button.addEventListener("click", () => { for (const one of form.querySelectorAll(`input[value="${side}"]`)) one.checked = true; });
    return button;
  });
  const first = make("button", { className: "button first", textContent: "Use these choices" });
  form.append(make("div", { className: "box", tabIndex: 0, role: "region", ariaLabel: "Cells that both wrote" }, [table]), make("div", { className: "row" }, [first, ...both]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    settle(clashes.map((clash) => [clash, Object.fromEntries(choices.filter((one) => one.clash === clash).map((one) => [one.column, chosen.get(one.name)]))]));
  });
  panel.replaceChildren(
    make("h2", { id: "clash-title", textContent: "Somebody else was faster" }),
    make("p", { textContent: "Nothing of yours was written. Choose what shall stand in each cell, then save again." }),
    form,
  );
  panel.hidden = false;
  form.querySelector("input").focus();
}

// Lay the choices over the sheet: the rows stored are theirs now, and what was chosen of yours is typed over them.
export function settleClashes(sheet, settled) {
  const cells = [], changed = new Set();
  for (const [clash, chosen] of settled) {
    const row = sheet.rows.get(clash.row);
    if (!row) continue;
    if (clash.columns.length) rebaseCells(sheet, row, clash, chosen, cells);
    else settleRow(sheet, row, clash, chosen[""] === "mine");
    sheet.touch(row.id);
    changed.add(row.id);
  }
  const seen = sheet.write(cells);
  for (const id of changed) seen.changed.add(id);
  for (const [clash, chosen] of settled) if (!clash.now && chosen[""] !== "mine") seen.dropped.push(clash.row);
  return seen;
}

function rebaseCells(sheet, row, clash, chosen, cells) {
  const typed = sheet.names.filter((name) => sheet.isChanged(row, name));
  sheet.rebase(row, clash.now, clash.version, false);
  for (const name of sheet.names) {
    if (!typed.includes(name)) row.data[name] = clash.now[name];
    else if (chosen[name] === "theirs") cells.push([row.id, name, clash.now[name]]);
  }
}

// The whole row is in question: they removed it, or they wrote what is to be removed here.
function settleRow(sheet, row, clash, mine) {
  if (clash.now) {
    const gone = row.gone;
    sheet.rebase(row, clash.now, clash.version, true);
    row.gone = gone && mine;
  } else if (mine) sheet.rebase(row, null, 0, false);
  else sheet.rows.delete(row.id);
}

function lines(sheet, clash) {
  const row = sheet.rows.get(clash.row);
  const who = [clash.who, clash.at && clash.at.replace("T", " ").replace(/\+00:00$/, " UTC")].filter(Boolean).join(", ");
  const one = (column, label, yours, theirs) => ({ clash, column, label, yours, theirs, who, title: sheet.title(row), name: `c${clash.row}-${column}` });
  if (!clash.columns.length) {
    return [clash.now ? one("", "whole row", "remove it", "keep it, as they wrote it") : one("", "whole row", "add it again", "removed")];
  }
  const labels = new Map(sheet.columns.map((column) => [column.name, column.label]));
  return clash.columns.map((name) => one(name, labels.get(name), row.data[name], clash.now[name]));
}

function line(one) {
  const choice = (side, text) => {
    const id = `${one.name}-${side}`;
    const radio = make("input", { type: "radio", id, name: one.name, value: side, checked: side === "mine" });
    return make("td", {}, [make("span", { className: "choice" }, [radio, make("label", { htmlFor: id, textContent: text || "(blank)" })])]);
  };
  return make("tr", {}, [
    make("th", { scope: "row", textContent: one.title }), make("td", { textContent: one.label }),
    choice("mine", one.yours), choice("theirs", one.theirs), make("td", { textContent: one.who || "somebody" }),
  ]);
}

export function make(kind, facts = {}, children = []) {
  const element = Object.assign(document.createElement(kind), facts);
  element.append(...children);
  return element;
}
