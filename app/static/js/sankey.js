// Who gives (left, orange) and who receives (right, blue): amounts over all moves of a part of the horizon.
import { locale } from "./words.js";

export function sankey(data, colour, width) {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const narrow = width < 520;
  const room = narrow ? 96 : 220;
  const labels = Object.fromEntries(data.nodes.map((node) => [node.name, node.label]));
  const projects = Object.fromEntries(data.nodes.map((node) => [node.name, node.project]));
  const totals = {};
  for (const link of data.links) for (const end of [link.source, link.target]) totals[end] = (totals[end] || 0) + link.value;
  const nodes = data.nodes.map((node) => ({
    name: node.name, project: node.project,
    itemStyle: { color: node.side === "giver" ? colour.orange : colour.blue },
    label: { position: node.side === "giver" ? "left" : "right" },
  }));
  return {
    tooltip: {
      renderMode: "richText", backgroundColor: colour.panel, borderColor: colour.strong, textStyle: { color: colour.ink },
      formatter: ({ dataType, data: item }) => dataType === "edge"
        ? `${labels[item.source]} → ${labels[item.target]}\n${number.format(item.value)} ${data.unit}`
        : `${labels[item.name]}\n${number.format(totals[item.name])} ${data.unit}`,
    },
    series: [{
      type: "sankey", left: room, right: room, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 7, draggable: false, layoutIterations: 48,
      emphasis: { focus: "adjacency" }, data: nodes, links: data.links.map((link) => ({ ...link, project: projects[link.source] })),
      lineStyle: { color: "gradient", opacity: 0.35 },
      label: {
        color: colour.ink, fontSize: narrow ? 11 : 12, lineHeight: 14, width: room - 12, overflow: narrow ? "break" : "truncate",
        formatter: ({ name }) => `${labels[name]} ${number.format(totals[name])}`,
      },
    }],
  };
}
