// A block of cells as spreadsheets put it on the clipboard, and where it goes in the grid.

// Rows of texts: tabs between cells, quotes around those that hold tabs or line ends.
export function readBlock(text) {
  const rows = [[]];
  let cell = "", quoted = false, begun = false;
  const end = () => { rows.at(-1).push(cell); cell = ""; begun = false; };
  for (let i = 0; i < text.length; i += 1) {
    const one = text[i];
    if (quoted) {
      if (one !== '"') cell += one;
      else if (text[i + 1] === '"') { cell += one; i += 1; }
      else quoted = false;
    } else if (one === '"' && !begun) { quoted = begun = true; }
    else if (one === "\t") end();
    else if (one === "\n") { end(); rows.push([]); }
    else if (one !== "\r") { cell += one; begun = true; }
  }
  end();
  const last = rows.at(-1);
  if (rows.length > 1 && last.length === 1 && last[0] === "") rows.pop();
  return rows.map((row) => row.map((one) => one.trim()));
}

export function writeBlock(rows) {
  const quoted = (text) => (/["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}

// What pasting does: cells to write as [id, column, text], and rows to add, as changes of the sheet.
//
// `at`: { ids, columns, row, column, height, width }: what is shown, in order, and the selection. A first line of column
// names says where each column goes; if all of the key is among them, lines go to the rows with their key, or are new.
export function plan(sheet, block, at) {
  const named = headings(sheet, block[0]);
  if (named && sheet.keys.every((name) => named.includes(name))) return byKey(sheet, block.slice(1), named);
  const lines = named ? block.slice(1) : block;
  const columns = named || at.columns.slice(at.column);
  const wide = repeat(Math.max(...lines.map((line) => line.length)), named ? 0 : at.width);
  const cells = [], added = [];
  for (let i = 0; i < repeat(lines.length, at.height); i += 1) {
    const line = lines[i % lines.length];
    let id = at.ids[at.row + i];
    if (id === undefined) {
      added.push(sheet.added());
      id = added.at(-1).id;
    }
    for (let j = 0; j < Math.min(wide, columns.length); j += 1) {
      const text = line[j % wide] ?? line[j % line.length];
      if (text !== undefined && columns[j]) cells.push([id, columns[j], text]);
    }
  }
  return { cells, added };
}

function byKey(sheet, lines, named) {
  const known = new Map([...sheet.rows.values()].map((row) => [sheet.keyOf(row.data), row.id]));
  const cells = [], added = [];
  for (const line of lines) {
    const texts = Object.fromEntries(named.map((name, i) => [name, line[i] ?? ""]));
    const key = sheet.keys.map((name) => texts[name].toLowerCase()).join("/");
    let id = known.get(key);
    if (id === undefined) {
      added.push(sheet.added());
      id = added.at(-1).id;
    }
    for (const name of named) {
      if (name && !(sheet.rows.has(id) && sheet.keys.includes(name))) cells.push([id, name, texts[name]]);
    }
  }
  return { cells, added };
}

// The columns that a line names, if it names nothing else.
function headings(sheet, line) {
  const known = new Map(sheet.columns.flatMap((column) => [[column.name, column.name], [column.label.toLowerCase(), column.name]]));
  const named = line.map((text) => known.get(text.toLowerCase()) || (text ? null : ""));
  return line.length > 0 && line.some(Boolean) && !named.includes(null) ? named : null;
}

// A block fills a selection that it fits into a whole number of times.
function repeat(size, selected) {
  return selected > size && selected % size === 0 ? selected : size;
}
