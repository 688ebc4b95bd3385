// A measured series with the mean of its window, the two means compared, and the fall between them.
import { _, locale } from "./words.js";

export function signal(data, colour, width) {
  const format = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const marks = Object.fromEntries(data.marks.map((mark) => [mark.name, mark]));
  const narrow = width < 520;
  return {
    grid: { left: 8, right: narrow ? 40 : 56, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: colour.ink }, itemWidth: 22, selectedMode: false },
    tooltip: {
      trigger: "axis", renderMode: "richText", backgroundColor: colour.panel, borderColor: colour.strong, textStyle: { color: colour.ink },
      valueFormatter: (value) => (value == null ? "–" : format.format(value)),
    },
    xAxis: { type: "category", data: data.days, boundaryGap: false, axisLabel: { color: colour.soft, hideOverlap: true }, axisLine: { lineStyle: { color: colour.strong } } },
    yAxis: { type: "value", scale: true, axisLabel: { color: colour.soft, formatter: (value) => format.format(value) }, splitLine: { lineStyle: { color: colour.line } } },
    series: [
      { name: _("measured"), type: "line", data: data.values, symbol: "none", lineStyle: { color: colour.strong, width: 1 }, itemStyle: { color: colour.strong } },
      {
        name: _("mean of %(days)s days", { days: data.window }), type: "line", data: data.means, symbol: "none", lineStyle: { color: colour.blue, width: 3 }, itemStyle: { color: colour.blue },
        markPoint: {
          symbol: "circle", symbolSize: 9, itemStyle: { color: colour.orange },
          label: { color: colour.ink, position: "top", formatter: (mark) => `${mark.name} ${format.format(mark.data.shown)}`, fontWeight: 600 },
          data: data.marks.map((mark) => ({ name: mark.text, coord: [mark.day, mark.value], shown: mark.value })),
        },
        markLine: marks.before && {
          symbol: "none", lineStyle: { color: colour.orange, type: "dashed" },
          label: { color: colour.soft, position: "insideStartTop", formatter: _("trigger: −%(percent)s %", { percent: (100 * data.drop).toFixed(0) }) },
          data: [{ yAxis: marks.before.value * (1 - data.drop) }],
        },
      },
    ],
  };
}
