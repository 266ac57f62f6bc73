// The team lead's list: rows in place, worst first, since when by the second.

import { ApproveDialog } from "./approve.js";
import { byUrgency, clockOf, counts, fill, isShown, lasted } from "./live-rows.js";
import { LiveStore } from "./live-store.js";
import { showStatus } from "./live-status.js";

const data = JSON.parse(document.getElementById("live-data").textContent);
const texts = document.getElementById("live-texts").dataset;
const body = document.querySelector("[data-live-rows]");
const template = document.querySelector("[data-live-template]").content.querySelector("tr");
const filterForm = document.querySelector("[data-live-filters]");
const clock = clockOf(data.timezone);
const store = new LiveStore(data);
const shown = new Map([...body.rows].map((row) => [Number(row.dataset.agent), row]));
let filters = data.filters;

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function fillRow(element, row) {
  const cell = (name) => element.querySelector(`[data-cell="${name}"]`);
  element.dataset.agent = row.agent_id;
  element.dataset.version = row.version;
  element.className = row.severity > 0 ? "live-row--out" : "";
  setText(cell("name"), row.name);
  cell("name").href = data.agent_url.replace("/0/", `/${row.agent_id}/`);
  setText(cell("team"), row.team);
  const style = data.flags[row.flag];
  cell("flag").className = `badge${style.tone ? ` badge--${style.tone}` : ""}`;
  setText(cell("flag").querySelector(".badge__letter"), style.letter);
  setText(cell("flag").querySelector("[data-part]"), style.label);
  setText(cell("planned"), row.planned?.name ?? "–");
  setText(cell("planned-letter"), row.planned?.letter ?? "");
  cell("planned-letter").className = `live-code__letter act ${row.planned?.color ?? ""}`;
  setText(cell("planned-until"), row.planned_until ? fill(texts.until, { time: clock(row.planned_until) }) : "");
  cell("state").className = `state state--${row.state_group.toLowerCase()}`;
  setText(cell("state").querySelector("[data-part]"), row.state_group === "UNKNOWN" ? data.groups.UNKNOWN : row.state?.name ?? texts.clockedOut);
  setText(cell("state-since"), row.state_since ? fill(texts.since, { time: clock(row.state_since) }) : "");
  setText(cell("next"), row.next?.name ?? "–");
  setText(cell("next-at"), clock(row.next_starts_at));
  setText(cell("place"), row.place ? data.places[row.place] : "–");
  const button = cell("approve");
  if (button) button.hidden = row.severity === 0;
}

function draw() {
  const rows = store.list.filter((row) => isShown(row, filters)).sort(byUrgency);
  const wanted = new Set(rows.map((row) => row.agent_id));
  for (const [agent, element] of shown) {
    if (!wanted.has(agent)) {
      element.remove();
      shown.delete(agent);
    }
  }
  const focused = document.activeElement;
  rows.forEach((row, index) => {
    let element = shown.get(row.agent_id);
    if (!element) {
      element = template.cloneNode(true);
      shown.set(row.agent_id, element);
    }
    if (element.dataset.version !== String(row.version)) fillRow(element, row);
    if (body.rows[index] !== element) body.insertBefore(element, body.rows[index] ?? null);
  });
  if (focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
  for (const [name, number] of Object.entries(counts(store.list))) {
    const figure = document.querySelector(`[data-count="${name}"]`);
    setText(figure, String(number));
    figure?.toggleAttribute("data-zero", number === 0);
  }
  document.querySelector("[data-live-empty]").hidden = rows.length > 0;
  tick();
}

function tick() {
  const now = Date.now();
  for (const [agent, element] of shown) {
    setText(element.querySelector('[data-cell="since"]'), lasted(store.rows.get(agent)?.flag_since, now, texts));
  }
}

// The filters live in the address, so that a link shows the same list.
filterForm.addEventListener("change", () => {
  const chosen = new FormData(filterForm);
  const address = new URL(window.location.href);
  for (const name of ["show", "state", "place"]) {
    filters = { ...filters, [name]: chosen.get(name) ?? "" };
    if (chosen.get(name)) address.searchParams.set(name, chosen.get(name));
    else address.searchParams.delete(name);
  }
  window.history.replaceState(null, "", address);
  draw();
});
filterForm.addEventListener("submit", (event) => event.preventDefault());

const dialog = document.getElementById("approve-dialog");
if (dialog) {
  const approve = new ApproveDialog({ dialog, texts, clock, flags: data.flags });
  body.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-approve]") : null;
    if (button) approve.open(store.rows.get(Number(button.closest("tr").dataset.agent)));
  });
}

store.addEventListener("change", draw);
showStatus({ store, texts, clock });
store.start();
draw();
setInterval(tick, 1000);
