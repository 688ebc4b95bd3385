// The few words of charts in the reader's language: the page hands them over, English stands here.
const root = globalThis.document?.documentElement;
const given = JSON.parse(root?.dataset.words || "{}");

export const locale = root?.lang || "en";

export const count = (n) => n.toLocaleString(locale);

export function _(text, facts = {}) {
  return (given[text] || text).replace(/%\((\w+)\)s/g, (whole, name) => facts[name]);
}
