// P10 to P90 as a bar and P50 as a diamond, per class, in percent of what is planned (the dashed line at 100).
import { _ } from "./words.js";

export function ranges(data, colour, width) {
  const narrow = width < 520;
  const round = (value) => `${value.toFixed(1)} %`;
  const least = Math.min(100, ...data.p10);
  const low = Math.max(0, Math.floor((least - 3) / 10) * 10);
  return {
    grid: { left: 8, right: narrow ? 16 : 32, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: colour.ink }, itemWidth: 18, selectedMode: false, data: [_("P10 to P90"), "P50"] },
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", backgroundColor: colour.panel, borderColor: colour.strong, textStyle: { color: colour.ink },
      formatter: ([{ dataIndex: i }]) => _("%(name)s, of what is planned", { name: data.names[i] }) + `\nP10 ${round(data.p10[i])}\nP50 ${round(data.p50[i])}\nP90 ${round(data.p90[i])}`,
    },
    xAxis: { type: "value", min: low, max: (value) => Math.max(105, Math.ceil(value.max / 5) * 5), axisLabel: { color: colour.soft, formatter: "{value} %", hideOverlap: true }, splitLine: { lineStyle: { color: colour.line } } },
    yAxis: { type: "category", inverse: true, data: data.names, axisLabel: { color: colour.ink }, axisLine: { lineStyle: { color: colour.strong } }, axisTick: { show: false } },
    series: [
      { name: "from", type: "bar", stack: "range", silent: true, data: data.p10, itemStyle: { color: "transparent" } },
      { name: _("P10 to P90"), type: "bar", stack: "range", barWidth: 14, data: data.p90.map((value, i) => value - data.p10[i]), itemStyle: { color: colour.blue } },
      {
        name: "P50", type: "scatter", symbol: "diamond", symbolSize: 15, data: data.p50.map((value, i) => [value, i]), itemStyle: { color: colour.orange, borderColor: colour.panel, borderWidth: 1 },
        markLine: { symbol: "none", silent: true, lineStyle: { color: colour.ink, type: "dashed" }, label: { color: colour.soft, formatter: _("planned"), position: "start" }, data: [{ xAxis: 100 }] },
      },
    ],
  };
}
