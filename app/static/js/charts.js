// Draws every [data-chart] from the JSON block beside it, and again when theme or size change.
import { signal } from "./signal.js";
import { ranges } from "./ranges.js";
import { sankey } from "./sankey.js";
import { race } from "./race.js";
import { serving } from "./serving.js";
import { frontier } from "./frontier.js";

const kinds = { signal, sankey, serving, ranges, race, frontier };
const drawn = new Map();
const texts = new Map();

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"), soft: read("--soft"), line: read("--line"), panel: read("--panel"),
    blue: read("--blue"), orange: read("--orange"), green: read("--green"), red: read("--red"), strong: read("--line-strong"),
  };
}

// A mark that stands for a row of the table leads there.
function begun(box) {
  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  chart.on("click", ({ data }) => data?.row && document.getElementById(data.row)?.focus());
  drawn.set(box, chart);
  return chart;
}

function draw(box) {
  const text = document.getElementById(box.dataset.source).textContent;
  const data = JSON.parse(text);
  texts.set(box, text);
  const option = kinds[box.dataset.chart](data, colours(), box.clientWidth);
  const chart = drawn.get(box) || begun(box);
  chart.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, ...option }, true);
}

const seen = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    drawn.get(target)?.resize();
    draw(target);
  }
});
for (const box of document.querySelectorAll("[data-chart]")) seen.observe(box);
// What htmx brought may be other figures for a chart that stays.
document.addEventListener("htmx:after:settle", () => {
  for (const [box, text] of texts) {
    if (box.isConnected && document.getElementById(box.dataset.source).textContent !== text) draw(box);
  }
});
document.addEventListener("codered:theme", () => drawn.forEach((_, box) => draw(box)));
window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
