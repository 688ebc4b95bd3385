// The table that shows a sheet: Tabulator with its columns, marks on cells and rows, and the selection as positions.
import { matches, order } from "./matching.js";

const ROW_NUMBER = "row-number";

export class Table {
  constructor(element, sheet, { writes, view, onEdit, onView }) {
    this.sheet = sheet;
    this.byId = null;
    this.onView = onView;
    this.tabulator = new window.Tabulator(element, {
      index: "_id", data: [], height: "100%", layout: "fitDataFill", nestedFieldSeparator: false, headerSortElement: "<i></i>",
      rowHeader: { formatter: "rownum", headerSort: false, resizable: false, frozen: true, width: 56, hozAlign: "right", cssClass: ROW_NUMBER, title: "Row" },
      columns: sheet.columns.map((column) => this.column(column, writes, view)),
      columnDefaults: { headerTooltip: false, resizable: "header" },
      selectableRange: 1, selectableRangeRows: true, selectableRangeAutoFocus: false,
      editTriggerEvent: "dblclick", keybindings: { navPrev: false, navNext: false },
      initialSort: view.sort, initialHeaderFilter: view.filters,
      placeholder: "No row to show. Loosen the filters, or add a row.",
      rowFormatter: (row) => this.markRow(row),
    });
    this.tabulator.on("cellEdited", (cell) => onEdit(cell.getData()._id, cell.getField(), cell.getOldValue() ?? "", cell.getValue()));
    for (const event of ["dataFiltered", "dataSorted"]) this.tabulator.on(event, () => this.tell());
    this.tabulator.on("tableBuilt", () => this.name(element));
    this.lightSelection();
  }

  // Tabulator's scrolling part takes the focus but has no role; it is the group of rows.
  name(element) {
    element.removeAttribute("aria-owns");
    element.setAttribute("aria-label", "Rows");
    element.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
    element.querySelector(".tabulator-table").setAttribute("role", "presentation");
  }

  // Tabulator redraws the marks of every row that there is; those in view are enough, and 20,000 rows stay quick. And it
  // does not expect an arrow key where there is no row at all.
  lightSelection() {
    const selection = this.tabulator.modules.selectRange;
    const layout = selection.layoutElement.bind(selection);
    selection.layoutElement = () => layout(true);
    const navigate = selection.navigate.bind(selection);
    selection.navigate = (...how) => selection.getTableRows().length > 0 && navigate(...how);
  }

  column(column, writes, view) {
    const list = column.proposals.length ? { list: `proposals-${column.name}` } : {};
    return {
      field: column.name, title: column.label, titleFormatter: () => heading(column), visible: !view.hide.includes(column.name),
      hozAlign: column.number ? "right" : "left", minWidth: 80, maxInitialWidth: 260,
      formatter: (cell) => this.content(cell),
      editor: writes ? "input" : undefined, editable: (cell) => !this.sheet.locked && !this.sheet.rows.get(cell.getData()._id)?.gone,
      editorParams: { selectContents: true, elementAttributes: { "aria-label": column.label, autocomplete: "off", ...list } },
      sorter: (a, b, one, other, _column, direction) => this.compare(a, b, one.getData()._id, other.getData()._id, direction),
      headerFilter: "input", headerFilterParams: { elementAttributes: { "aria-label": `Filter ${column.label}`, autocomplete: "off" } },
      headerFilterFunc: (asked, text, data) => !this.sheet.rows.get(data._id)?.base || matches(asked, text),
    };
  }

  // New rows come first whatever the order is, so that nobody has to look for them.
  compare(a, b, one, other, direction) {
    const fresh = Number(!this.sheet.rows.get(other)?.base) - Number(!this.sheet.rows.get(one)?.base);
    return fresh ? (direction === "asc" ? fresh : -fresh) : order(a, b);
  }

  // ---- what is shown --------------------------------------------------------------------------

  content(cell) {
    this.markCell(cell);
    return document.createTextNode(cell.getValue());
  }

  markCell(cell) {
    const element = cell.getElement(), row = this.sheet.rows.get(cell.getData()._id), name = cell.getField();
    if (!row) return;
    const faults = this.sheet.faults.get(row.id)?.get(name) || [];
    const told = [...faults, ...(this.sheet.notices.get(row.id)?.get(name) || [])];
    element.tabIndex = -1;
    element.classList.toggle("changed", this.sheet.isChanged(row, name));
    element.classList.toggle("faulty", faults.length > 0);
    element.classList.toggle("noted", told.length > 0 && !faults.length);
    if (faults.length) element.setAttribute("aria-invalid", "true");
    else element.removeAttribute("aria-invalid");
    element.title = told.join("\n");
  }

  markRow(component) {
    const row = this.sheet.rows.get(component.getData()._id), element = component.getElement();
    if (!row) return;
    const told = this.sheet.faults.get(row.id)?.get("") || [];
    element.classList.toggle("gone", row.gone);
    element.classList.toggle("fresh", !row.base);
    element.classList.toggle("faulty-row", told.length > 0);
    element.title = told.join("\n");
  }

  async show(rows) {
    await this.tabulator.setData(rows);
    this.byId = null;
  }

  // Show what a step changed.
  async refresh({ changed, added, dropped }) {
    this.tabulator.blockRedraw();
    const gone = dropped.map((id) => this.component(id)).filter(Boolean);
    if (gone.length) await this.tabulator.deleteRow(gone);
    if (added.length) await this.addRows(added);
    if (gone.length || added.length) this.byId = null;
    for (const id of changed) this.redraw(id);
    this.tabulator.restoreRedraw();
    this.tell();
  }

  async addRows(added) {
    const after = added[0].after && this.component(added[0].after);
    await this.tabulator.addData(added.map(({ id }) => this.sheet.rows.get(id).data), false, after || undefined);
  }

  redraw(id) {
    const component = this.component(id), row = this.sheet.rows.get(id);
    if (!component || !row) return;
    component.update({ ...row.data });
    for (const cell of component.getCells()) if (cell.getField()) this.markCell(cell);
    this.markRow(component);
  }

  component(id) {
    this.byId ??= new Map(this.tabulator.getRows().map((row) => [row.getData()._id, row]));
    return this.byId.get(id);
  }

  // ---- the selection --------------------------------------------------------------------------

  // What is shown, in order, and the selection in it; null where nothing is selected.
  selection() {
    const range = this.tabulator.getRanges()[0];
    if (!range) return null;
    const ids = this.tabulator.getRows("active").map((row) => row.getData()._id);
    const columns = this.tabulator.getColumns().filter((one) => one.isVisible() && one.getField()).map((one) => one.getField());
    const { top, bottom, left, right } = bounds(range);
    return { ids, columns, row: top, column: Math.max(0, left - 1), height: bottom - top + 1, width: Math.min(columns.length, right) - Math.max(1, left) + 1 };
  }

  // Go to a cell and say that it is looked at.
  async go(id, name) {
    const component = this.component(id);
    if (!component) return;
    await this.tabulator.scrollToRow(component, "center", false).catch(() => null);
    const cell = component.getCell(name || this.sheet.keys[0]);
    if (cell) this.tabulator.getRanges()[0]?.setBounds(cell, cell);
    this.focus();
  }

  move(direction) {
    this.tabulator.modules.selectRange.navigate(false, false, direction);
  }

  edit() {
    const [range] = this.tabulator.getRanges();
    const cell = range?.getCells().flat().find((one) => one.getField());
    if (!cell) return;
    cell.edit();
  }

  focus() {
    this.tabulator.rowManager.element.focus();
  }

  // ---- the view -------------------------------------------------------------------------------

  // Say what is shown, once Tabulator is through with what it is doing.
  tell() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellNow(), 0);
  }

  tellNow() {
    if (!this.tabulator.initialized) return;
    const filters = this.tabulator.getHeaderFilters().filter((one) => one.value).map(({ field, value }) => ({ field, value }));
    const sort = this.tabulator.getSorters().map((one) => ({ column: one.field, dir: one.dir })).reverse();
    const hide = this.sheet.names.filter((name) => !this.tabulator.getColumn(name).isVisible());
    this.tabulator.element.setAttribute("aria-rowcount", this.tabulator.getDataCount("active") + 1);
    this.onView({ filters, sort, hide, shown: this.tabulator.getDataCount("active") });
  }
}

function bounds(range) {
  const start = range._range;
  return { top: start.top, bottom: start.bottom, left: start.left, right: start.right };
}

function heading(column) {
  const box = document.createElement("span");
  box.append(column.label);
  box.title = column.hint;
  if (column.required) box.append(part("required", " *"));
  if (column.unit) box.append(part("unit", column.unit));
  return box;
}

function part(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
