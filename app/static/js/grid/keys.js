// Keys and the clipboard in the grid, as in a spreadsheet; while a cell is edited, its field has them.

export function onKeys(grid, writes, acts, { copied, paste }) {
  grid.addEventListener("keydown", (event) => {
    if (event.target.closest(".tabulator-header")) return;
    if (event.target.matches("input")) leave(event, acts);
    else if (writes) act(event, acts);
  });
  const inCells = (event) => grid.contains(event.target) && !event.target.matches("input");
  document.addEventListener("copy", (event) => {
    if (!inCells(event)) return;
    event.clipboardData.setData("text/plain", copied());
    event.preventDefault();
  });
  document.addEventListener("paste", (event) => {
    if (!writes || !inCells(event)) return;
    const text = event.clipboardData.getData("text/plain");
    event.preventDefault();
    if (text) paste(text);
  });
}

// Out of an edited cell: Enter goes down, Tab to the side; Ctrl+S saves what it holds, too.
function leave(event, acts) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    event.target.blur();
    acts.save();
    return;
  }
  const way = event.key === "Enter" ? "down" : event.key === "Tab" && (event.shiftKey ? "left" : "right");
  if (!way) return;
  event.preventDefault();
  event.target.blur();
  acts.move(way);
}

function act(event, acts) {
  const key = event.key.toLowerCase();
  const name = event.ctrlKey || event.metaKey ? withControl(key, event.shiftKey) : alone(event, key);
  if (!name) return;
  if (name !== "type") event.preventDefault();
  acts[name === "type" ? "edit" : name]();
}

function withControl(key, shift) {
  if (key === "z") return shift ? "redo" : "undo";
  return { y: "redo", s: "save", d: "duplicate", "-": "remove", enter: "add" }[key];
}

// A letter begins to write over the cell: the field that opens takes it.
function alone(event, key) {
  if (key === "f2") return "edit";
  if (key === "delete" || key === "backspace") return "clear";
  return event.key.length === 1 && !event.altKey && event.key !== " " ? "type" : "";
}
