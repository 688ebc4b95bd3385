// The page of the grid: loads the rows, wires the buttons and keys, and keeps what is typed until it is saved.
import { readView, writeView } from "./address.js";
import { plan, readBlock, writeBlock } from "./block.js";
import { make, settleClashes, showClashes } from "./clashes.js";
import { showFaults } from "./faults.js";
import { onKeys } from "./keys.js";
import { ask } from "./server.js";
import { Sheet } from "./sheet.js";
import { Table } from "./table.js";

const WAIT = 250;
const page = document.getElementById("sheet-page");
const at = (name) => page.querySelector(`[data-at="${name}"]`);
const writes = page.hasAttribute("data-writes");
let sheet, table, waiting, asking;

async function open() {
  const answer = await ask(page.dataset.rows);
  if (answer.status !== 200) {
    say(answer.body.message, "bad");
    return;
  }
  const { columns, rows } = answer.body;
  page.append(...columns.filter((column) => column.proposals.length).map(proposals));
  sheet = new Sheet(columns);
  const view = readView(sheet.names);
  const data = sheet.load(rows);
  table = new Table(at("grid"), sheet, { writes, view, onView: shown, onEdit: (id, column, from, to) => typed(id, column, from, to) });
  table.tabulator.on("tableBuilt", async () => {
    await table.show(data);
    hideColumns(columns, view);
    wire();
    table.tell();
    page.dataset.ready = "";
  });
}

function proposals(column) {
  return make("datalist", { id: `proposals-${column.name}` }, column.proposals.map((value) => make("option", { value })));
}

// ---- what is typed ----------------------------------------------------------------------------

function typed(id, column, from, to) {
  sheet.rows.get(id).data[column] = from;
  step(sheet.write([[id, column, to]]));
}

async function step(seen) {
  say("");
  await table.refresh(seen);
  count();
  clearTimeout(waiting);
  waiting = setTimeout(check, WAIT);
}

function paste(text) {
  const where = table.selection() || { ids: [], columns: sheet.names, row: 0, column: 0, height: 1, width: 1 };
  const { cells, added } = plan(sheet, readBlock(text), where);
  const seen = sheet.write(cells, added);
  step(seen);
  say(seen.changed.size ? `Pasted into ${plural(seen.changed.size, "row")}${added.length ? `, ${added.length.toLocaleString("en")} of them new` : ""}.` : "What was pasted stands there already.");
}

function copied() {
  const where = table.selection();
  const names = where.columns.slice(where.column, where.column + where.width);
  return writeBlock(where.ids.slice(where.row, where.row + where.height).map((id) => names.map((name) => sheet.rows.get(id).data[name])));
}

function selectedRows() {
  const where = table.selection();
  return where ? where.ids.slice(where.row, where.row + where.height) : [];
}

function clear() {
  const where = table.selection();
  const names = where.columns.slice(where.column, where.column + where.width);
  step(sheet.write(selectedRows().flatMap((id) => names.map((name) => [id, name, ""]))));
}

async function add(likes) {
  const rows = likes.length ? likes.map((id) => sheet.added(sheet.rows.get(id).data, likes.at(-1))) : [sheet.added({}, selectedRows()[0])];
  await step(sheet.take(rows));
  await table.go(rows[0].id, sheet.keys.at(likes.length ? -1 : 0));
}

// ---- check and save ---------------------------------------------------------------------------

async function check() {
  asking?.abort();
  asking = new AbortController();
  const edits = sheet.edits();
  const answer = edits.length ? await ask(page.dataset.check, { edits }, asking.signal) : { status: 200, body: nothing() };
  if (!answer) return;
  if (answer.status === 200) judge(answer.body);
  else say(answer.body.message, "bad");
}

async function save() {
  clearTimeout(waiting);
  asking?.abort();
  const edits = sheet.edits();
  if (!edits.length || sheet.locked) return;
  at("save").disabled = true;
  say("Saving …");
  sheet.locked = true;
  const answer = await ask(page.dataset.commit, { edits });
  sheet.locked = false;
  if (answer.status === 200) await saved(answer.body);
  else if (answer.body.faults) {
    judge(answer.body);
    if (answer.body.clashes.length) choose(answer.body.clashes);
    else say("Nothing was saved. Correct what is marked, then save again.", "bad");
  } else say(answer.body.message, "bad");
  count();
}

async function saved({ rows, created, updated, removed }) {
  judge(nothing());
  await table.refresh(sheet.saved(rows));
  const parts = [[created, "added"], [updated, "changed"], [removed, "removed"]].filter(([n]) => n).map(([n, verb]) => `${n.toLocaleString("en")} ${verb}`);
  say(parts.length ? `Saved: ${parts.join(", ")}.` : "Nothing to save: it says so already.", "good");
  table.focus();
}

function choose(clashes) {
  say("");
  showClashes(at("clashes"), sheet, clashes, async (settled) => {
    at("clashes").hidden = true;
    await step(settleClashes(sheet, settled));
    say("Chosen. Nothing is saved yet.");
    table.focus();
  });
}

function judge(found) {
  for (const id of sheet.judge(found)) table.redraw(id);
  showFaults(at("faults"), sheet, found, (id, column) => table.go(id, column));
  count();
}

function nothing() {
  return { faults: [], notices: [], elsewhere: [], clashes: [], more: 0 };
}

// ---- what the page says -----------------------------------------------------------------------

function say(text, kind = "") {
  const place = at("said");
  place.textContent = text;
  place.className = `said ${kind}`;
}

function count() {
  const open = sheet.edits().length;
  if (!writes) return;
  at("save").disabled = open === 0;
  at("save").textContent = open ? `Save ${plural(open, "row")}` : "Save";
  at("undo").disabled = !sheet.done.length;
  at("redo").disabled = !sheet.undone.length;
}

function shown(view) {
  at("count").textContent = view.shown === sheet.rows.size ? `${sheet.rows.size.toLocaleString("en")} rows` : `${view.shown.toLocaleString("en")} of ${sheet.rows.size.toLocaleString("en")} rows`;
  writeView(view);
}

function plural(n, one) {
  return `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
}

function hideColumns(columns, view) {
  at("columns").append(...columns.map((column) => {
    const box = make("input", { type: "checkbox", checked: !view.hide.includes(column.name), id: `show-${column.name}` });
    box.addEventListener("change", () => { table.tabulator.toggleColumn(column.name); table.tell(); });
    return make("span", { className: "choice" }, [box, make("label", { htmlFor: box.id, textContent: column.label })]);
  }));
  at("sort").append(...columns.flatMap((column) => [["", "rising"], ["-", "falling"]].map(([sign, word]) => make("option", { value: sign + column.name, textContent: `${column.label}, ${word}` }))));
}

// ---- buttons and keys -------------------------------------------------------------------------

function wire() {
  const acts = {
    undo: () => step(sheet.undo()), redo: () => step(sheet.redo()), save, clear, edit: () => table.edit(), move: (way) => table.move(way),
    add: () => add([]), duplicate: () => add(selectedRows()), remove: () => step(sheet.remove(selectedRows())),
  };
  for (const button of page.querySelectorAll("button[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());
  at("sort").addEventListener("change", (event) => {
    const asked = event.target.value;
    if (asked) table.tabulator.setSort(asked.replace(/^-/, ""), asked.startsWith("-") ? "desc" : "asc");
    else table.tabulator.clearSort();
  });
  at("unfilter").addEventListener("click", () => table.tabulator.clearHeaderFilter());
  at("link").addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href).then(() => say("The address of this view is copied."), () => say(location.href));
  });
  onKeys(at("grid"), writes, acts, { copied, paste });
  window.addEventListener("beforeunload", (event) => { if (sheet.edits().length) event.preventDefault(); });
}

open();
