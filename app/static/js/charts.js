// Draws every [data-chart] from the JSON block beside it, and again when theme or size change.
import { signal } from "./signal.js";
import { ranges } from "./ranges.js";
import { sankey } from "./sankey.js";
import { race } from "./race.js";
import { serving } from "./serving.js";

const kinds = { signal, sankey, serving, ranges, race };
const drawn = new Map();

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"), soft: read("--soft"), line: read("--line"), panel: read("--panel"),
    blue: read("--blue"), orange: read("--orange"), green: read("--green"), red: read("--red"), strong: read("--line-strong"),
  };
}

// A band leads to why its donor gives, a node to why its project has what it has; the table has the same links.
function explain(box, item) {
  const project = item.project || "";
  if (!project) return;
  const to = new URL(box.dataset.why, window.location.href);
  to.searchParams.set("project", project);
  window.location.assign(to);
}

function draw(box) {
  const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
  const option = kinds[box.dataset.chart](data, colours(), box.clientWidth);
  const chart = drawn.get(box) || window.echarts.init(box, null, { renderer: "canvas" });
  if (box.dataset.why && !drawn.has(box)) chart.on("click", ({ data: item }) => explain(box, item));
  drawn.set(box, chart);
  chart.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, ...option }, true);
}

const seen = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    drawn.get(target)?.resize();
    draw(target);
  }
});
for (const box of document.querySelectorAll("[data-chart]")) seen.observe(box);
document.addEventListener("codered:theme", () => drawn.forEach((_, box) => draw(box)));
window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
