// From a payload of wfm/web/charts.py to ECharts options.

import { color, faded, font, pattern, seriesColor } from "./chart-theme.js";
import { tickLabel, ticks } from "./chart-time.js";
import { measure, text } from "./strings.js";

const SOLID_WIDTH = 1.5;

// A tick shows no more digits than it needs: 30 %, not 30.0 %.
function tickText(value, axis) {
  const scaled = axis.unit === "%" ? value * 100 : value;
  const needed = [0, 1, 2, 3].find((digits) => Math.abs(scaled - Number(scaled.toFixed(digits))) < 1e-9) ?? axis.digits;
  return measure(value, { ...axis, digits: needed }, { withUnit: axis.unit === "%" });
}

function valueAxis(axis, { right = false, horizontal = false } = {}) {
  const quiet = { color: color("--ink-3"), fontFamily: font(), fontSize: 12 };
  return {
    type: "value",
    name: axis.unit && axis.unit !== "%" ? `${axis.title} (${axis.unit})` : axis.title,
    nameLocation: horizontal ? "middle" : "end",
    nameGap: horizontal ? 28 : 20,
    nameTextStyle: { ...quiet, align: horizontal ? "center" : right ? "right" : "left", padding: 0 },
    min: axis.min ?? undefined,
    max: axis.max ?? undefined,
    minInterval: axis.digits === 0 && axis.unit !== "%" ? 1 : 0,
    axisLabel: { ...quiet, formatter: (value) => tickText(value, axis) },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: !right, lineStyle: { color: color("--line") } },
    splitNumber: 4,
    interval: axis.unit === "%" && axis.min === 0 && axis.max === 1 ? 0.2 : undefined,
  };
}

const bottomAxis = () => ({
  axisLine: { lineStyle: { color: color("--line-strong") }, onZero: true },
  axisTick: { lineStyle: { color: color("--line-strong") } },
  axisLabel: { color: color("--ink-3"), fontFamily: font(), fontSize: 12, hideOverlap: true },
  splitLine: { show: false },
  nameLocation: "middle",
  nameGap: 28,
  nameTextStyle: { color: color("--ink-3"), fontFamily: font(), fontSize: 12 },
});

function base(payload) {
  const axes = [valueAxis(payload.y, { horizontal: payload.horizontal })];
  if (payload.yRight) axes.push(valueAxis(payload.yRight, { right: true }));
  return {
    animation: false,
    toolbox: { show: false },
    textStyle: { fontFamily: font(), color: color("--ink-2") },
    grid: { left: 8, right: payload.yRight ? 8 : 16, top: 44, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      backgroundColor: "transparent",
      borderWidth: 0,
      padding: 0,
      extraCssText: "box-shadow: none",
      axisPointer: { type: "line", snap: false, lineStyle: { color: color("--ink-3"), type: "solid", width: 1 }, label: { show: false } },
    },
    yAxis: axes,
    series: [],
  };
}

// Intervals as points: the value holds until the end of its interval, gaps stay gaps.
function held(payload, values) {
  const step = payload.stepSeconds * 1000;
  const points = [];
  values.forEach((value, index) => {
    const at = payload.x[index] * 1000;
    points.push([at, value]);
    const next = payload.x[index + 1];
    if (next === undefined || next * 1000 > at + step) {
      points.push([at + step, value], [at + step, null]);
    }
  });
  return points;
}

function centred(payload, values) {
  const step = payload.stepSeconds * 1000;
  const points = [];
  values.forEach((value, index) => {
    const at = payload.x[index] * 1000;
    points.push([at + step / 2, value]);
    const next = payload.x[index + 1];
    if (next !== undefined && next * 1000 > at + step * 1.5) points.push([at + step, null]);
  });
  return points;
}

function styled(item, data, extra = {}) {
  const ink = seriesColor(item.key);
  const line = { color: ink, width: item.key === "required" ? 2 : SOLID_WIDTH, type: item.dashed ? [4, 3] : "solid" };
  const common = { name: item.label, data, yAxisIndex: item.right ? 1 : 0, itemStyle: { color: ink }, emphasis: { disabled: true }, ...extra };
  if (item.shape === "bar") return { ...common, type: "bar", itemStyle: { color: faded(ink, 0.75) }, barMaxWidth: 28 };
  if (item.shape === "points") return { ...common, type: "scatter", symbolSize: 5 };
  return {
    ...common,
    type: "line",
    showSymbol: data.length === 1,
    step: item.shape === "step" || item.stepped ? "end" : false,
    lineStyle: line,
    areaStyle: item.shape === "area" ? { color: faded(ink, 0.22) } : undefined,
    z: item.key === "required" ? 5 : item.shape === "area" ? 2 : 4,
  };
}

function bandSeries(item, points) {
  const ink = seriesColor(item.key);
  return {
    type: "custom",
    name: `${item.label} band`,
    silent: true,
    clip: true,
    yAxisIndex: item.right ? 1 : 0,
    z: 1,
    zlevel: 0,
    data: points,
    encode: { x: 0, y: [1, 2] },
    renderItem: (params, api) => {
      if (params.dataIndex === 0 || Number.isNaN(api.value(1)) || Number.isNaN(api.value(2))) return null;
      const before = points[params.dataIndex - 1];
      if (before[1] === null || before[2] === null) return null;
      return {
        type: "polygon",
        shape: { points: [
          api.coord([before[0], before[2]]), api.coord([api.value(0), api.value(2)]),
          api.coord([api.value(0), api.value(1)]), api.coord([before[0], before[1]]),
        ] },
        style: { fill: faded(ink, 0.16) },
      };
    },
  };
}

function differenceSeries(payload) {
  const [staffedKey, requiredKey] = payload.difference;
  const staffed = payload.series.find((item) => item.key === staffedKey);
  const required = payload.series.find((item) => item.key === requiredKey);
  const step = payload.stepSeconds * 1000;
  const make = (wanted, token, kind) => {
    const fill = pattern(token, kind);
    const data = [];
    payload.x.forEach((x, index) => {
      const [have, need] = [staffed.values[index], required.values[index]];
      if (have !== null && need !== null && Math.sign(have - need) === wanted) data.push([x * 1000, x * 1000 + step, have, need]);
    });
    return {
      type: "custom", name: wanted > 0 ? text("over") : text("under"), silent: true, clip: true, z: 3, zlevel: 0, data,
      encode: { x: [0, 1], y: [2, 3] },
      renderItem: (_params, api) => {
        const [left, top] = api.coord([api.value(0), Math.max(api.value(2), api.value(3))]);
        const [right, bottom] = api.coord([api.value(1), Math.min(api.value(2), api.value(3))]);
        return { type: "rect", shape: { x: left, y: top, width: right - left, height: bottom - top }, style: { fill } };
      },
    };
  };
  return [make(-1, "--under", "hatch"), make(1, "--over", "rows")];
}

function verticalMarks(entries) {
  const ink = color("--accent");
  return {
    silent: true,
    symbol: "none",
    data: entries.map(({ at, label }) => ({
      xAxis: at,
      label: { formatter: label, color: ink, fontFamily: font(), fontSize: 12, position: "end", distance: 3 },
      lineStyle: { color: ink, type: [4, 3], width: 1 },
    })),
  };
}

function timeOptions(payload, { width, range }) {
  const ends = payload.x.length ? payload.x[payload.x.length - 1] + payload.stepSeconds : 0;
  const from = range ? range[0] : (payload.x[0] ?? 0) * 1000;
  const to = range ? range[1] : ends * 1000;
  const marked = ticks(from, to, payload.tz, width);
  const option = base(payload);
  const axis = bottomAxis();
  option.xAxis = {
    ...axis,
    type: "time",
    min: from,
    max: to,
    axisTick: { ...axis.axisTick, customValues: marked.at },
    axisLabel: {
      ...axis.axisLabel,
      alignMinLabel: "left",
      alignMaxLabel: "right",
      customValues: marked.at,
      formatter: (at) => tickLabel(at, payload.tz, marked.unit),
      rich: { day: { fontWeight: 600, color: color("--ink-2"), fontFamily: font(), fontSize: 12 } },
    },
  };
  for (const item of payload.series) {
    if (item.low) {
      const lows = centred(payload, item.low);
      const highs = centred(payload, item.high);
      option.series.push(bandSeries(item, lows.map(([x, low], index) => [x, low, highs[index][1]])));
    }
    const steps = item.shape === "step" || item.shape === "area";
    option.series.push(styled({ ...item, stepped: steps }, steps ? held(payload, item.values) : centred(payload, item.values)));
  }
  if (payload.difference) option.series.push(...differenceSeries(payload));
  const marks = payload.marks.map((mark) => ({ at: mark.at * 1000, label: mark.label }));
  if (payload.now && payload.now * 1000 > from && payload.now * 1000 < to) marks.push({ at: payload.now * 1000, label: text("now") });
  if (marks.length && option.series.length) option.series[option.series.length - 1].markLine = verticalMarks(marks);
  return option;
}

function categoryOptions(payload) {
  const option = base(payload);
  const names = { ...bottomAxis(), type: "category", data: payload.x, name: payload.horizontal ? "" : payload.xTitle, axisTick: { show: false } };
  option.tooltip.axisPointer = { type: "shadow", shadowStyle: { color: faded(color("--ink-3"), 0.1) } };
  if (payload.horizontal) {
    names.inverse = true;
    names.axisLabel = { ...names.axisLabel, hideOverlap: false, width: 160, overflow: "truncate" };
    [option.xAxis, option.yAxis] = [option.yAxis, names];
    option.grid.bottom = 24;
  } else {
    if (payload.x.length > 8) Object.assign(names.axisLabel, { alignMinLabel: "left", alignMaxLabel: "right" });
    option.xAxis = names;
    if (payload.xTitle) option.grid.bottom = 28;
  }
  option.series = payload.series.map((item) =>
    styled(item, item.values, {
      ...(payload.stacked ? { stack: "all" } : {}),
      ...(payload.horizontal ? { yAxisIndex: 0, xAxisIndex: item.right ? 1 : 0 } : {}),
    }));
  return option;
}

function curveOptions(payload) {
  const option = base(payload);
  option.xAxis = { ...bottomAxis(), ...{ type: "value", scale: true }, name: payload.xAxis.unit && payload.xAxis.unit !== "%" ? `${payload.xAxis.title} (${payload.xAxis.unit})` : payload.xAxis.title, min: payload.xAxis.min ?? "dataMin", max: payload.xAxis.max ?? "dataMax" };
  option.xAxis.axisLabel.formatter = (value) => tickText(value, payload.xAxis);
  option.grid.bottom = 28;
  for (const item of payload.series) {
    const points = payload.x.map((x, index) => [x, item.values[index]]);
    if (item.low) option.series.push(bandSeries(item, payload.x.map((x, index) => [x, item.low[index], item.high[index]])));
    option.series.push(styled(item, points));
  }
  if (payload.here !== null && option.series.length) {
    option.series[option.series.length - 1].markLine = verticalMarks([{ at: payload.here, label: payload.hereLabel }]);
  }
  return option;
}

export function options(payload, view) {
  if (payload.kind === "time") return timeOptions(payload, view);
  return payload.kind === "category" ? categoryOptions(payload) : curveOptions(payload);
}
