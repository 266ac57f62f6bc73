// The running solve: figures and the curve of cost and bound, once a second, until the job has ended.

const NS = "http://www.w3.org/2000/svg";
const number = new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(document.documentElement.lang || "en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const FORMATS = { cost: number, lower_bound: number, gap: share, shortage_hours: tenth, seconds: number };

function element(name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawFigures(root, detail) {
  for (const target of root.querySelectorAll("[data-figure]")) {
    const value = detail[target.dataset.figure];
    target.textContent = value === null || value === undefined ? "–" : FORMATS[target.dataset.figure].format(value);
  }
}

function scale(curve, width, height) {
  const known = curve.flatMap((point) => [point.cost, point.lower_bound]).filter((value) => value !== null && value !== undefined);
  const costs = curve.map((point) => point.cost).filter((value) => value !== null);
  const best = costs[costs.length - 1];
  // The first schedule may cost many times the last; the picture is about the last stretch.
  const top = Math.min(Math.max(...known), best * 2 + 1) || 1;
  const last = Math.max(1, curve[curve.length - 1].seconds);
  const left = 64;
  return {
    top, last, left,
    x: (seconds) => left + (seconds / last) * (width - left - 8),
    y: (value) => 8 + (1 - Math.min(value, top) / top) * (height - 40),
  };
}

function path(points, to) {
  return points.map(([x, y], index) => (index === 0 ? `M${x},${y}` : `H${x}V${y}`)).join("") + (to ? `H${to}` : "");
}

function drawCurve(root, svg, curve) {
  const { width, height } = svg.getBoundingClientRect();
  if (!width || !curve || curve.length === 0) return;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const to = scale(curve, width, height);
  const cost = curve.filter((point) => point.cost !== null).map((point) => [to.x(point.seconds), to.y(point.cost)]);
  const bound = curve.filter((point) => point.lower_bound !== null).map((point) => [to.x(point.seconds), to.y(point.lower_bound)]);
  svg.replaceChildren();
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const y = to.y(to.top * part);
    svg.append(element("line", { class: "solving__line", x1: to.left, x2: width - 8, y1: y, y2: y }));
    svg.append(element("text", { x: to.left - 8, y: y + 4, "text-anchor": "end" }, number.format(to.top * part)));
  }
  svg.append(element("text", { x: width - 8, y: height - 8, "text-anchor": "end" }, `${root.dataset.seconds}: ${number.format(to.last)}`));
  const end = to.x(to.last);
  if (bound.length) {
    const floor = bound.slice().reverse();
    const area = `${path(cost, end)}L${end},${floor[0][1]}${floor.map(([x, y]) => `V${y}H${x}`).join("")}V${cost[0][1]}Z`;
    svg.append(element("path", { class: "solving__gap", d: area }));
    svg.append(element("path", { class: "solving__bound", d: path(bound, end) }));
    svg.append(element("text", { class: "solving__name", x: to.left + 8, y: bound[bound.length - 1][1] + 16 }, `- - ${root.dataset.bound}`));
  }
  svg.append(element("path", { class: "solving__cost", d: path(cost, end) }));
  svg.append(element("text", { class: "solving__name", x: end - 4, y: cost[cost.length - 1][1] - 8, "text-anchor": "end" }, root.dataset.cost));
}

async function watch(root) {
  const svg = root.querySelector("[data-curve]");
  let wait = 1000;
  for (;;) {
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: "application/json" } });
      const state = await answer.json();
      drawFigures(root, state.detail || {});
      drawCurve(root, svg, (state.detail || {}).curve);
      if (!state.is_open) {
        if (state.status === "SUCCEEDED" || state.status === "CANCELLED") location.assign(root.dataset.done);
        return;
      }
      wait = 1000;
    } catch {
      wait = Math.min(wait * 2, 15000);
    }
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

for (const root of document.querySelectorAll("[data-solving]")) watch(root);
