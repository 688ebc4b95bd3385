// Value up to each week less business as usual: the pit stop below zero, its lowest point, and where the race gains.
import { _, locale } from "./words.js";

const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const symbols = ["circle", "rect", "triangle", "diamond"];

export function race(data, colour, width) {
  const narrow = width < 520;
  const tones = [colour.blue, colour.orange, colour.green, colour.strong];
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 0, signDisplay: "exceptZero" });
  const marks = (line) => [
    line.lowest != null && { name: _("furthest behind"), coord: [data.weeks[line.lowest], line.values[line.lowest]], symbolRotate: 180, label: { position: "bottom", formatter: _("furthest behind %(value)s", { value: format.format(line.values[line.lowest]) }) } },
    line.even != null && { name: _("even"), coord: [data.weeks[line.even], line.values[line.even]], label: { position: "top", formatter: _("even, %(week)s", { week: data.weeks[line.even] }) } },
  ].filter(Boolean);
  return {
    grid: { left: 8, right: narrow ? 16 : 48, top: narrow ? 24 + 22 * data.lines.length : 48, bottom: 28, containLabel: true },
    legend: { top: 0, left: 0, orient: narrow ? "vertical" : "horizontal", textStyle: { color: colour.ink }, itemWidth: 34, selectedMode: false },
    tooltip: {
      trigger: "axis", renderMode: "richText", backgroundColor: colour.panel, borderColor: colour.strong, textStyle: { color: colour.ink },
      valueFormatter: (value) => format.format(value),
    },
    xAxis: { type: "category", data: data.weeks, axisLabel: { color: colour.soft, hideOverlap: true }, axisLine: { onZero: false, lineStyle: { color: colour.strong } } },
    yAxis: { type: "value", name: narrow ? "" : _("value ahead of business as usual"), nameTextStyle: { color: colour.soft, align: "left" }, axisLabel: { color: colour.soft, formatter: (value) => format.format(value) }, splitLine: { lineStyle: { color: colour.line } } },
    series: data.lines.map((line, n) => ({
      name: line.name, type: "line", data: line.values, symbol: symbols[n], symbolSize: 6, showAllSymbol: false,
      lineStyle: { color: tones[n], width: 3, type: dashes[n] }, itemStyle: { color: tones[n] },
      markPoint: { symbol: symbols[n], symbolSize: 11, itemStyle: { color: tones[n] }, label: { color: colour.ink, fontWeight: 600 }, data: marks(line) },
      markLine: n === 0 ? { silent: true, symbol: "none", lineStyle: { color: colour.ink, type: "solid", width: 1 }, label: { show: false }, data: [{ yAxis: 0 }] } : undefined,
    })),
  };
}
