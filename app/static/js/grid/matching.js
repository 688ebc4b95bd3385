// What a filter asks for and how rows are ordered: one small language for all columns.

// `ads` contains, `ads|core` either, `=ads` is, `!ads` contains not, `=` is blank, `!` is not, `>5` `>=5` `<5` `<=5` compare.
export function matches(asked, text) {
  return asked.split("|").some((one) => matchesOne(one.trim(), text));
}

function matchesOne(asked, text) {
  const compared = /^(>=|<=|>|<)\s*(.+)$/.exec(asked);
  if (compared) return text !== "" && holds(compared[1], order(text, compared[2]));
  const lower = text.toLowerCase();
  if (asked.startsWith("=")) return lower === asked.slice(1).trim().toLowerCase();
  if (asked === "!") return text !== "";
  if (asked.startsWith("!")) return !lower.includes(asked.slice(1).trim().toLowerCase());
  return lower.includes(asked.toLowerCase());
}

function holds(sign, found) {
  if (sign === ">") return found > 0;
  if (sign === "<") return found < 0;
  return sign === ">=" ? found >= 0 : found <= 0;
}

// Numbers as numbers, everything else as text; dates are written so that this is right.
export function order(a, b) {
  const x = Number(a), y = Number(b);
  if (a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : Number(a > b);
}
