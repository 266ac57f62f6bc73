// Charts: `{% include "components/chart.html" with id="…" title="…" %}` beside a json_script of that id.
// Pages that compute while a slider moves call updateChart(id, payload).

import { options } from "./chart-options.js";
import { buildTable, rowLabel, summary } from "./chart-table.js";
import { localDate } from "./chart-time.js";
import { color, faded, onThemeChange } from "./chart-theme.js";
import { measure, text } from "./strings.js";
import { enhanceTable } from "./table.js";

const DAY = 86_400_000;
const charts = new Map();
let library = null;

function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector('meta[name="echarts-src"]').content;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => reject(new Error(`Unable to load ${script.src}`));
    document.head.append(script);
  });
  return library;
}

export async function mountCharts(root = document) {
  const figures = [...root.querySelectorAll("[data-chart]")].filter((figure) => !charts.has(figure));
  if (root instanceof Element && root.matches("[data-chart]") && !charts.has(root)) figures.push(root);
  for (const figure of figures) charts.set(figure, new Chart(figure));
  if (!figures.length) return;
  try {
    const echarts = await loadLibrary();
    for (const figure of figures) charts.get(figure)?.draw(echarts);
  } catch {
    for (const figure of figures) charts.get(figure)?.fail();
  }
}

export function updateChart(id, payload) {
  for (const [figure, chart] of charts) if (figure.dataset.chart === id) chart.update(payload);
}

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.canvas = figure.querySelector("[data-chart-canvas]");
    this.tableBox = figure.querySelector("[data-chart-table]");
    this.toggle = figure.querySelector("[data-chart-toggle]");
    this.title = figure.querySelector(".chart__title").firstChild.textContent.trim();
    this.hidden = new Set();
    this.range = null;
    this.payload = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    this.toggle.addEventListener("click", () => this.showTable(this.tableBox.hidden));
    this.describe();
  }

  describe() {
    this.canvas.setAttribute("aria-label", summary(this.payload, this.title));
    this.legend?.remove();
    this.legend = document.createElement("ul");
    this.legend.className = "chart-legend";
    for (const item of this.payload.series) this.legend.append(this.legendEntry(item.label, item.shape, `--series-${item.key}`, item));
    if (this.payload.difference) {
      this.legend.append(this.legendEntry(text("under"), "hatch", "--under"), this.legendEntry(text("over"), "rows", "--over"));
    }
    this.canvas.before(this.legend);
  }

  legendEntry(label, shape, token, item = null) {
    const entry = document.createElement("li");
    const button = document.createElement(item ? "button" : "span");
    button.className = "chart-legend__entry";
    const mark = document.createElement("span");
    mark.className = `chart-legend__mark chart-legend__mark--${item?.dashed ? "dashed" : shape}`;
    mark.style.setProperty("--mark", `var(${token})`);
    button.append(mark, label + (item?.bandLabel ? ` (${item.bandLabel})` : ""));
    if (item) {
      button.type = "button";
      button.setAttribute("aria-pressed", String(!this.hidden.has(item.label)));
      button.addEventListener("click", () => this.toggleSeries(item.label, button));
    }
    entry.append(button);
    return entry;
  }

  toggleSeries(label, button) {
    if (!this.hidden.delete(label)) this.hidden.add(label);
    button.setAttribute("aria-pressed", String(!this.hidden.has(label)));
    this.render();
  }

  draw(echarts) {
    this.echarts = echarts;
    if (!this.payload.x.length) {
      this.canvas.textContent = text("noData");
      this.canvas.classList.add("chart__canvas--empty");
      return;
    }
    this.chart = echarts.init(this.canvas, null, { renderer: "canvas" });
    this.render();
    this.observer = new ResizeObserver(() => {
      if (!this.canvas.clientWidth) return;
      this.chart.resize();
      this.render();
    });
    this.observer.observe(this.canvas);
    if (this.payload.kind === "time" && this.figure.dataset.brush !== "off") this.enableBrush();
  }

  visiblePayload() {
    const series = this.payload.series.filter((item) => !this.hidden.has(item.label));
    const difference = this.payload.difference?.every((key) => series.some((item) => item.key === key)) ? this.payload.difference : null;
    return { ...this.payload, series, difference };
  }

  render() {
    if (!this.chart) return;
    const option = options(this.visiblePayload(), { width: this.canvas.clientWidth, range: this.range });
    option.tooltip.formatter = (params) => this.tip(params);
    if (this.brushing) option.brush = this.brushOption();
    this.chart.setOption(option, true);
    if (this.brushing) this.armBrush();
  }

  indexAt(params) {
    if (this.payload.kind !== "time") return params[0].dataIndex;
    const at = params[0].axisValue / 1000;
    const index = this.payload.x.findLastIndex((x) => x <= at);
    return index >= 0 && at < this.payload.x[index] + this.payload.stepSeconds ? index : -1;
  }

  tip(params) {
    const index = params.length ? this.indexAt(params) : -1;
    if (index < 0) return "";
    const box = document.createElement("div");
    box.className = "chart-tip";
    const head = document.createElement("div");
    head.className = "chart-tip__head";
    head.textContent = rowLabel(this.payload, index);
    box.append(head);
    for (const item of this.payload.series) {
      if (this.hidden.has(item.label)) continue;
      const axis = item.right && this.payload.yRight ? this.payload.yRight : this.payload.y;
      const band = item.low ? ` (${measure(item.low[index], axis, { withUnit: false })}–${measure(item.high[index], axis, { withUnit: false })})` : "";
      box.append(tipRow(item.label, measure(item.values[index], axis) + band, `--series-${item.key}`));
    }
    if (this.payload.difference) this.tipDifference(box, index);
    return box;
  }

  tipDifference(box, index) {
    const [have, need] = this.payload.difference.map((key) => this.payload.series.find((item) => item.key === key).values[index]);
    if (have === null || need === null || have === need) return;
    const over = have > need;
    box.append(tipRow(over ? text("over") : text("under"), measure(Math.abs(have - need), this.payload.y), over ? "--over" : "--under"));
  }

  brushOption() {
    return { xAxisIndex: 0, toolbox: [], throttleType: "debounce", throttleDelay: 0, ...this.brushLook() };
  }

  armBrush() {
    this.chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: this.brushLook() });
  }

  brushLook() {
    const accent = color("--accent");
    return { brushType: "lineX", brushMode: "single", z: 10, transformable: false, brushStyle: { color: faded(accent, 0.12), borderColor: accent, borderWidth: 1 } };
  }

  enableBrush() {
    if (!matchMedia("(pointer: fine)").matches) return;
    this.brushing = true;
    this.render();
    this.chart.on("brushEnd", (event) => {
      const range = event.areas[0]?.coordRange;
      if (!range) return;
      this.chart.dispatchAction({ type: "brush", areas: [] });
      this.select(Math.round(range[0]), Math.round(range[1]));
    });
    this.chart.getZr().on("dblclick", () => this.zoom(null));
  }

  // A stretch of days becomes the page's period; a stretch of hours is shown larger.
  select(from, to) {
    if (to - from < this.payload.stepSeconds * 2000) return;
    const detail = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const event = new CustomEvent("chart:select", { bubbles: true, cancelable: true, detail });
    if (!this.figure.dispatchEvent(event)) return;
    const first = localDate(from, this.payload.tz);
    const last = localDate(to - 1, this.payload.tz);
    if (first === last || to - from < DAY) {
      this.zoom([from, to]);
      return;
    }
    const url = new URL(location.href);
    url.searchParams.set("from", first);
    url.searchParams.set("to", last);
    location.assign(url);
  }

  zoom(range) {
    this.range = range;
    this.whole ??= this.makeWholeButton();
    this.whole.hidden = range === null;
    this.render();
  }

  makeWholeButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = text("wholePeriod");
    button.addEventListener("click", () => this.zoom(null));
    this.toggle.before(button);
    return button;
  }

  update(payload) {
    this.payload = payload;
    this.describe();
    if (this.chart) this.render();
    else if (this.echarts) this.draw(this.echarts);
    if (!this.tableBox.hidden) this.fillTable();
  }

  showTable(shown) {
    if (shown) this.fillTable();
    this.tableBox.hidden = !shown;
    this.canvas.hidden = shown;
    if (this.legend) this.legend.hidden = shown;
    this.toggle.setAttribute("aria-pressed", String(shown));
    this.toggle.lastChild.textContent = shown ? text("chart") : text("table");
  }

  fillTable() {
    const scroll = document.createElement("div");
    scroll.className = "table-scroll";
    scroll.tabIndex = 0;
    scroll.append(buildTable(this.payload, this.title));
    this.tableBox.replaceChildren(scroll);
    enhanceTable(scroll.firstElementChild);
  }

  fail() {
    this.showTable(true);
    this.canvas.remove();
    this.toggle.hidden = true;
    const note = document.createElement("p");
    note.className = "chart__note";
    note.textContent = text("chartFailed");
    this.tableBox.prepend(note);
  }

  dispose() {
    this.observer?.disconnect();
    this.chart?.dispose();
  }
}

function tipRow(label, value, token) {
  const row = document.createElement("div");
  row.className = "chart-tip__row";
  const mark = document.createElement("span");
  mark.className = "chart-tip__mark";
  mark.style.background = `var(${token})`;
  const number = document.createElement("b");
  number.textContent = value;
  row.append(mark, label, number);
  return row;
}

onThemeChange(() => charts.forEach((chart) => chart.render()));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  charts.get(event.target)?.dispose();
  charts.delete(event.target);
});
