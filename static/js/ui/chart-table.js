// The same payload as a table: what a chart shows can also be read, copied and exported.

import { fullLabel } from "./chart-time.js";
import { language, measure, text } from "./strings.js";

function cell(tag, content, { numeric = false, scope = "", unit = "" } = {}) {
  const made = document.createElement(tag);
  made.textContent = content;
  if (numeric) made.classList.add("num");
  if (scope) made.scope = scope;
  if (unit) {
    const small = document.createElement("span");
    small.className = "unit";
    small.textContent = unit;
    made.append(small);
  }
  return made;
}

function columns(payload) {
  const found = [];
  for (const item of payload.series) {
    const axis = item.right && payload.yRight ? payload.yRight : payload.y;
    found.push({ label: item.label, values: item.values, axis });
    if (item.low) {
      found.push({ label: `${item.label}, ${text("low")}`, values: item.low, axis });
      found.push({ label: `${item.label}, ${text("high")}`, values: item.high, axis });
    }
  }
  if (payload.difference) {
    const [plus, minus] = payload.difference.map((key) => payload.series.find((item) => item.key === key));
    found.push({
      label: `${plus.label} − ${minus.label}`,
      values: plus.values.map((value, index) => (value === null || minus.values[index] === null ? null : value - minus.values[index])),
      axis: payload.y,
    });
  }
  return found;
}

export function rowLabel(payload, index) {
  if (payload.kind === "time") return fullLabel(payload.x[index] * 1000, payload.tz);
  return payload.kind === "curve" ? measure(payload.x[index], payload.xAxis) : payload.x[index];
}

export function buildTable(payload, title) {
  const table = document.createElement("table");
  table.className = "table table--compact sticky";
  table.dataset.table = "";
  table.dataset.name = title;
  const caption = table.createCaption();
  caption.className = "visually-hidden";
  caption.textContent = title;
  const heads = columns(payload);
  const first = payload.kind === "time" ? text("time") : payload.kind === "curve" ? payload.xAxis.title : payload.xTitle;
  const head = table.createTHead().insertRow();
  head.append(cell("th", first, { scope: "col", unit: payload.kind === "time" ? payload.tz : "" }));
  for (const column of heads) head.append(cell("th", column.label, { numeric: true, scope: "col", unit: column.axis.unit }));
  const body = table.createTBody();
  payload.x.forEach((_x, index) => {
    const row = body.insertRow();
    row.append(cell("th", rowLabel(payload, index), { scope: "row" }));
    for (const column of heads) row.append(cell("td", measure(column.values[index], column.axis, { withUnit: false }), { numeric: true }));
  });
  table.lang = language;
  return table;
}

export function summary(payload, title) {
  const parts = columns(payload).map((column) => {
    const known = column.values.filter((value) => value !== null);
    if (!known.length) return `${column.label}: –`;
    return `${column.label}: ${measure(Math.min(...known), column.axis)} – ${measure(Math.max(...known), column.axis)}`;
  });
  return `${title}. ${parts.join("; ")}.`;
}
