// Nodes of a service by week, stacked under what each lever frees: together what it would take without levers.
import { _ } from "./words.js";

const decals = [
  { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: 0.785 },
  { symbol: "circle", symbolSize: 0.6, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 0] },
  { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5] },
  { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -0.785 },
];

export function serving(data, colour, width) {
  const narrow = width < 520;
  const tones = [colour.orange, colour.green, colour.strong, colour.red];
  const bar = (name, values, tone, decal) => ({
    name, type: "bar", stack: "nodes", data: values, barCategoryGap: "25%",
    itemStyle: { color: tone, decal: decal && { ...decal, color: colour.panel } },
  });
  return {
    grid: { left: 8, right: 8, top: narrow ? 24 + 22 * (data.freed.length + 1) : 64, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, orient: narrow ? "vertical" : "horizontal", textStyle: { color: colour.ink }, itemWidth: 22, selectedMode: false },
    tooltip: {
      trigger: "axis", renderMode: "richText", backgroundColor: colour.panel, borderColor: colour.strong, textStyle: { color: colour.ink },
      valueFormatter: (value) => _("%(count)s nodes", { count: Math.round(value * 10) / 10 }),
    },
    xAxis: { type: "category", data: data.weeks, axisLabel: { color: colour.soft, hideOverlap: true }, axisLine: { lineStyle: { color: colour.strong } } },
    yAxis: { type: "value", name: narrow ? "" : _("nodes"), nameTextStyle: { color: colour.soft }, axisLabel: { color: colour.soft }, splitLine: { lineStyle: { color: colour.line } } },
    series: [
      bar(_("nodes of the plan"), data.nodes, colour.blue),
      ...data.freed.map((lever, n) => bar(_("freed by %(lever)s", { lever: lever.name }), lever.nodes, tones[n % tones.length], decals[n % decals.length])),
    ],
  };
}
