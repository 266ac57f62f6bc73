// The wall: what costs most on top, everybody in a tile, nothing to click. It shows one scope after
// the other where the address names several.

import { onThemeChange } from "../ui/chart-theme.js";
import { liveData } from "./live-data.js";
import { impactWords, Marks } from "./live-impact.js";
import { MarksFeed } from "./live-marks.js";
import { isShown, ranked } from "./live-rank.js";
import { clockOf, counts, fill, lasted } from "./live-rows.js";
import { showStatus } from "./live-status.js";
import { LiveStore } from "./live-store.js";
import { WallCanvas } from "./wall-canvas.js";

const SUMMARY_MS = 30_000;
const SUMMARY_ROWS = 10;
const DRAW_MS = 80;

const data = liveData();
const { rotation, every_seconds: everySeconds } = JSON.parse(document.getElementById("wall-data").textContent);
const texts = document.getElementById("live-texts").dataset;
const store = new LiveStore(data);
const feed = new MarksFeed(data.marks_url);
const canvas = document.querySelector("[data-wall]");
const wall = new WallCanvas(canvas, { data, texts });
const clock = clockOf(data.timezone);
let marks = new Marks(data.marks);
let place = 0;
let drawing = 0;
let summed = 0;

const KEYS = { team: "team_id", site: "site_id", queue: "queue_id" };
const inScope = (row, scope) => !scope || scope.kind === "all" || row[KEYS[scope.kind]] === scope.id;

function draw() {
  drawing = 0;
  const scope = rotation[place % Math.max(1, rotation.length)];
  const here = store.list.filter((row) => inScope(row, scope));
  const rows = ranked(here.filter((row) => isShown(row, data.filters, marks)), marks);
  // Whoever is where the plan wants them comes last, whatever else ranks them.
  const ordered = [...rows.filter((row) => row.severity > 0), ...rows.filter((row) => row.severity === 0)];
  const { hidden } = wall.draw(ordered, marks, Date.now());
  const worst = ordered.filter((row) => row.severity > 0);
  document.querySelector("[data-wall-none]").hidden = worst.length > 0;
  const more = document.querySelector("[data-wall-hidden]");
  more.hidden = hidden === 0;
  more.textContent = fill(texts.hidden, { count: hidden });
  for (const [name, number] of Object.entries(counts(here))) {
    const figure = document.querySelector(`[data-count="${name}"]`);
    if (!figure) continue;
    if (figure.textContent !== String(number)) figure.textContent = String(number);
    figure.toggleAttribute("data-zero", number === 0);
  }
  document.querySelector("[data-wall-clock]").textContent = fill(texts.asOf, { time: clock(store.heardAt) });
  summarize(worst);
}

// What the canvas shows, in words: for those who do not see it, and not all the time.
function summarize(worst) {
  if (Date.now() - summed < SUMMARY_MS) return;
  summed = Date.now();
  document.querySelector("[data-wall-summary]").replaceChildren(...worst.slice(0, SUMMARY_ROWS).map((row) => {
    const item = document.createElement("li");
    item.textContent = `${row.name}: ${data.flags[row.flag].label}, ${lasted(row.flag_since, Date.now(), texts)}, ${impactWords(marks.impactOf(row), texts)}`;
    return item;
  }));
}

// Many changes of one moment are drawn once, ten times a second at most.
function redraw() {
  drawing ||= setTimeout(() => requestAnimationFrame(draw), DRAW_MS);
}

function showScope() {
  const scope = rotation[place % Math.max(1, rotation.length)];
  if (!scope) return;
  const title = document.querySelector("[data-wall-scope]");
  title.textContent = `${scope.name || texts.everyone} · ${(place % rotation.length) + 1}/${rotation.length}`;
  summed = 0;
}

if (rotation.length > 1) {
  setInterval(() => {
    place += 1;
    showScope();
    redraw();
  }, everySeconds * 1000);
}
showScope();
new ResizeObserver(() => {
  wall.resize();
  redraw();
}).observe(canvas);
onThemeChange(() => {
  wall.restyle();
  redraw();
});
store.addEventListener("status", () => document.body.toggleAttribute("data-offline", ["offline", "stale"].includes(store.status)));
store.addEventListener("change", redraw);
feed.addEventListener("marks", ({ detail }) => {
  marks = new Marks(detail);
  redraw();
});
showStatus({ store, texts, clock });
store.start();
feed.start();
setInterval(redraw, 1000);
