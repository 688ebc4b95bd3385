// The rows of the grid apart from any page: what was loaded, what was typed since, and the way back.
//
// A row: { id, key, version, base, data, gone }. `base` holds the cells as they are stored (null: the row is new), `data`
// the cells as typed, shared with the table that shows them. A step is a list of changes that is done and undone as one.

export class Sheet {
  constructor(columns) {
    this.columns = columns;
    this.names = columns.map((column) => column.name);
    this.keys = columns.filter((column) => column.key).map((column) => column.name);
    this.rows = new Map();
    this.touched = new Set();
    this.last = 0;
    this.done = [];
    this.undone = [];
    this.faults = new Map();
    this.notices = new Map();
    this.locked = false;
  }

  // Take rows as the server sends them: version first, then the cells.
  load(lines) {
    return lines.map(([version, ...cells]) => this.stored(version, Object.fromEntries(this.names.map((name, i) => [name, cells[i]]))).data);
  }

  stored(version, base) {
    const id = (this.last += 1);
    const row = { id, key: this.keyOf(base), version, base, data: { ...base, _id: id }, gone: false };
    this.rows.set(id, row);
    return row;
  }

  keyOf(cells) {
    return this.keys.map((name) => cells[name]).join("/");
  }

  // What a row is called in sentences: its key, as it is typed now.
  title(row) {
    return this.keys.map((name) => row.data[name]).filter(Boolean).join(" / ") || "new row";
  }

  isChanged(row, name) {
    return row.base ? row.data[name] !== row.base[name] : row.data[name] !== "";
  }

  // ---- steps ----------------------------------------------------------------------------------

  // Write cells: a list of [id, column, text]; one step, however many. Nothing is kept of what stays as it is.
  write(cells, added = []) {
    const changes = cells
      .map(([id, column, to]) => ({ kind: "cell", id, column, from: this.rows.get(id)?.data[column] ?? "", to }))
      .filter((change) => change.from !== change.to);
    return this.take([...added, ...changes]);
  }

  // A new row as a change; its cells may be written in the same step.
  added(cells = {}, after = null) {
    const data = Object.fromEntries(this.names.map((name) => [name, cells[name] ?? ""]));
    return { kind: "row", id: (this.last += 1), data, after };
  }

  // Remove rows: new ones vanish, stored ones are marked until they are saved.
  remove(ids) {
    return this.take(ids.map((id) => {
      const row = this.rows.get(id);
      return row.base ? { kind: "gone", id, from: row.gone, to: true } : { kind: "drop", id, data: { ...row.data } };
    }).filter((change) => change.kind !== "gone" || change.from !== change.to));
  }

  // Nothing is changed while a save is under way.
  take(changes) {
    if (!changes.length || this.locked) return none();
    this.done.push(changes);
    this.undone = [];
    return this.apply(changes);
  }

  undo() {
    const changes = !this.locked && this.done.pop();
    if (!changes) return none();
    this.undone.push(changes);
    return this.apply([...changes].reverse().map(backwards));
  }

  redo() {
    const changes = !this.locked && this.undone.pop();
    if (!changes) return none();
    this.done.push(changes);
    return this.apply(changes);
  }

  // Make changes; what of the table must be shown anew.
  apply(changes) {
    const seen = none();
    for (const change of changes) {
      const row = this.rows.get(change.id);
      if (change.kind === "row") {
        this.rows.set(change.id, { id: change.id, key: null, version: 0, base: null, data: { ...change.data, _id: change.id }, gone: false });
        seen.added.push({ id: change.id, after: change.after });
      } else if (change.kind === "drop") {
        this.rows.delete(change.id);
        seen.dropped.push(change.id);
      } else if (row && change.kind === "cell") row.data[change.column] = change.to;
      else if (row) row.gone = change.to;
      this.touch(change.id);
      seen.changed.add(change.id);
    }
    return seen;
  }

  touch(id) {
    const row = this.rows.get(id);
    const open = row && (row.gone || !row.base || this.names.some((name) => this.isChanged(row, name)));
    if (open) this.touched.add(id);
    else this.touched.delete(id);
    if (!open) {
      this.faults.delete(id);
      this.notices.delete(id);
    }
  }

  // ---- what is not saved ----------------------------------------------------------------------

  // Rows that are not saved, as the server takes them; new rows without a word are none.
  edits() {
    return [...this.touched].map((id) => this.rows.get(id)).map((row) => this.edit(row)).filter(Boolean);
  }

  edit(row) {
    const { id, key, version, base, data } = row;
    if (row.gone) return { row: id, key, version, remove: true };
    const changed = this.names.filter((name) => this.isChanged(row, name));
    if (!changed.length) return null;
    const cells = Object.fromEntries(changed.map((name) => [name, data[name]]));
    if (!base) return { row: id, cells };
    return { row: id, key, version, cells, was: Object.fromEntries(changed.map((name) => [name, base[name]])) };
  }

  // What the server found wrong, or changed while reading, by row and column ("" where it is the whole row).
  judge({ faults, notices }) {
    const before = new Set([...this.faults.keys(), ...this.notices.keys()]);
    this.faults = byPlace(faults);
    this.notices = byPlace(notices);
    return new Set([...before, ...this.faults.keys(), ...this.notices.keys()]);
  }

  // What was saved becomes what is stored; the way back ends here.
  saved(rows) {
    const seen = none();
    for (const [number, written] of Object.entries(rows)) {
      const id = Number(number);
      const row = this.rows.get(id);
      if (!row) continue;
      if (written) this.rebase(row, written.cells, written.version, true);
      else {
        this.rows.delete(id);
        seen.dropped.push(id);
      }
      this.touch(id);
      seen.changed.add(id);
    }
    this.done = [];
    this.undone = [];
    return seen;
  }

  // The stored row is another one than was loaded; with `take` the typed cells give way to it.
  rebase(row, cells, version, take) {
    row.base = cells;
    row.version = version;
    row.key = cells ? this.keyOf(cells) : null;
    if (take && cells) Object.assign(row.data, cells);
    if (take) row.gone = false;
  }
}

function none() {
  return { changed: new Set(), added: [], dropped: [] };
}

function backwards(change) {
  if (change.kind === "row") return { ...change, kind: "drop" };
  if (change.kind === "drop") return { ...change, kind: "row" };
  return { ...change, from: change.to, to: change.from };
}

function byPlace(list) {
  const found = new Map();
  for (const one of list) {
    const row = found.get(one.row) || new Map();
    const column = one.column || "";
    row.set(column, [...(row.get(column) || []), one.right ? `${one.message}; right would be: ${one.right}` : one.message]);
    found.set(one.row, row);
  }
  return found;
}
