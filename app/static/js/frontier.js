// Points of a trade-off: what each brings against what it takes, with what its proof leaves open as an error bar.
export function frontier(data, colour, width) {
  const narrow = width < 520;
  const round = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  const better = data.y.better === "more" ? 1 : -1;
  const unit = (axis) => (axis.unit === "value" ? "" : `, ${axis.unit}`);
  const name = (axis) => (narrow ? `${axis.name}${unit(axis)}` : `${axis.name}${unit(axis)} (${axis.better} is better)`);
  const item = (p) => ({ name: p.label, value: [p.x, p.y], row: p.row, point: p });
  const kept = data.points.filter((p) => !p.dominated);
  const group = (points, more) => ({ type: "scatter", data: points.map(item), z: 3, ...more });
  const plain = (p) => !p.dominated && !p.knee && !p.stands;
  const tell = ({ data: { point } }) => [
    `${point.label}${point.knee ? " (the knee)" : point.dominated ? " (another is better)" : ""}`,
    `${data.x.name}: ${round.format(point.x)}${unit(data.x)}`, `${data.y.name}: ${round.format(point.y)}${unit(data.y)}`,
    point.unproven ? `at most ${round.format(point.unproven)} better: not proven` : "nothing left unproven",
  ].map((line) => (line.length > 60 && narrow ? line.replace(/(.{30}\S*) /g, "$1\n") : line)).join("\n");
  const bar = (params, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]);
    const [, high] = api.coord([api.value(0), api.value(2)]);
    const style = { stroke: colour.soft, lineWidth: 1.5, fill: undefined };
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
    return { type: "group", children: [line(x, low, x, high), line(x - 5, high, x + 5, high)] };
  };
  const axis = (of) => ({
    type: "value", scale: true, name: name(of), axisLabel: { color: colour.soft, hideOverlap: true }, axisLine: { show: true, lineStyle: { color: colour.strong } },
    splitLine: { lineStyle: { color: colour.line } }, nameTextStyle: { color: colour.ink, width: width - 40, overflow: "break" },
  });
  const label = (text) => ({ show: !narrow, formatter: text, position: "right", color: colour.ink, fontWeight: 600, textBorderColor: colour.panel, textBorderWidth: 3 });
  return {
    grid: { left: 8, right: narrow ? 24 : 96, top: narrow ? 96 : 76, bottom: narrow ? 44 : 36, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: colour.ink }, selectedMode: false, data: ["worth comparing", "as it stands", "the knee", "another is better", "not proven"] },
    tooltip: { trigger: "item", renderMode: "richText", backgroundColor: colour.panel, borderColor: colour.strong, textStyle: { color: colour.ink }, formatter: tell, confine: true },
    xAxis: { ...axis(data.x), nameLocation: "middle", nameGap: 28 },
    yAxis: { ...axis(data.y), nameLocation: "end", nameTextStyle: { color: colour.ink, align: "left", width: width - 40, overflow: "break" } },
    series: [
      { name: "line", type: "line", silent: true, symbol: "none", data: kept.map((p) => [p.x, p.y]), lineStyle: { color: colour.blue, width: 2, opacity: 0.6 }, z: 1 },
      { name: "not proven", type: "custom", silent: true, renderItem: bar, encode: { x: 0, y: [1, 2] }, data: data.points.filter((p) => p.unproven).map((p) => [p.x, p.y, p.y + better * p.unproven]), itemStyle: { color: colour.soft }, z: 2 },
      group(data.points.filter(plain), { name: "worth comparing", symbol: "circle", symbolSize: 13, itemStyle: { color: colour.blue } }),
      group(data.points.filter((p) => p.dominated && !p.stands), { name: "another is better", symbol: "circle", symbolSize: 11, itemStyle: { color: colour.panel, borderColor: colour.strong, borderWidth: 2 } }),
      group(data.points.filter((p) => p.stands && !p.knee), { name: "as it stands", symbol: "rect", symbolSize: 13, itemStyle: { color: colour.orange }, label: label("as it stands") }),
      group(data.points.filter((p) => p.knee), { name: "the knee", symbol: "diamond", symbolSize: 22, itemStyle: { color: colour.green, borderColor: colour.panel, borderWidth: 1 }, label: label("knee") }),
    ],
  };
}
