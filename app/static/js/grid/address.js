// The view in the address: filters (`f.column=...`), order (`sort=a,-b`) and hidden columns (`hide=c,d`).

export function readView(names) {
  const asked = new URLSearchParams(location.search);
  const known = (name) => names.includes(name);
  return {
    filters: names.filter((name) => asked.get(`f.${name}`)).map((name) => ({ field: name, value: asked.get(`f.${name}`) })),
    sort: (asked.get("sort") || "").split(",").map((one) => ({ column: one.replace(/^-/, ""), dir: one.startsWith("-") ? "desc" : "asc" })).filter((one) => known(one.column)),
    hide: (asked.get("hide") || "").split(",").filter(known),
  };
}

// Write it without a step in the browser's history; what else stands in the address stays.
export function writeView({ filters, sort, hide }) {
  const address = new URL(location.href);
  for (const name of [...address.searchParams.keys()]) if (name.startsWith("f.") || name === "sort" || name === "hide") address.searchParams.delete(name);
  for (const { field, value } of filters) address.searchParams.set(`f.${field}`, value);
  if (sort.length) address.searchParams.set("sort", sort.map((one) => (one.dir === "desc" ? "-" : "") + one.column).join(","));
  if (hide.length) address.searchParams.set("hide", hide.join(","));
  history.replaceState(null, "", address);
}
