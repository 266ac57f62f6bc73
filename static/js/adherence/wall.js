// The wall: the worst on top, as many tiles as fit a screen, nothing to click.

import { byUrgency, clockOf, counts, isShown, lasted } from "./live-rows.js";
import { showStatus } from "./live-status.js";
import { LiveStore } from "./live-store.js";

const MOST_TILES = 48;

const data = JSON.parse(document.getElementById("live-data").textContent);
const texts = document.getElementById("live-texts").dataset;
const wall = document.querySelector("[data-wall]");
const store = new LiveStore(data);

function part(name, words) {
  const element = document.createElement("span");
  element.className = `wall-tile__${name}`;
  element.textContent = words;
  return element;
}

function tile(row) {
  const element = document.createElement("li");
  const style = data.flags[row.flag];
  element.className = `wall-tile wall-tile--${style.tone || "none"}`;
  element.append(
    part("letter", style.letter),
    part("name", row.name),
    part("for", lasted(row.flag_since, Date.now(), texts)),
    part("what", `${style.label} · ${row.planned?.name ?? "–"} → ${row.state?.name ?? texts.clockedOut}`),
  );
  return element;
}

function draw() {
  const rows = store.list.filter((row) => row.severity > 0 && isShown(row, { ...data.filters, show: "out" })).sort(byUrgency);
  wall.replaceChildren(...rows.slice(0, MOST_TILES).map(tile));
  document.querySelector("[data-wall-none]").hidden = rows.length > 0;
  for (const [name, number] of Object.entries(counts(store.list))) {
    const figure = document.querySelector(`[data-count="${name}"]`);
    figure.textContent = String(number);
    figure.toggleAttribute("data-zero", number === 0);
  }
}

store.addEventListener("change", draw);
showStatus({ store, texts, clock: clockOf(data.timezone) });
store.start();
draw();
setInterval(draw, 5000);
