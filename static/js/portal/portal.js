// The agent's page. A tap shows at once and says "not yet sent" until the server has it; what the
// server has is drawn by the server alone.

import { toast } from "../ui/toast.js";
import { placeTimelines } from "../adherence/timeline.js";
import { keepForOffline } from "./offline.js";
import { Outbox, Trouble } from "./outbox.js";

const REFRESH_MS = 30_000;
const CLOCK_OFF_SECONDS = 5;

const data = JSON.parse(document.getElementById("portal-data").textContent);
const texts = document.getElementById("portal-texts").dataset;
const day = document.getElementById("portal-day");
const waiting = document.querySelector("[data-waiting]");
const refused = document.querySelector("[data-aside]");
const outbox = new Outbox({
  key: `wfm.taps.${data.agent}`,
  url: data.taps_url,
  token: document.querySelector('meta[name="csrf-token"]').content,
});
let offsetMs = 0;
// A page kept on the device is as old as its making, not as its opening.
let lastRefresh = Math.min(Date.now(), Date.parse(data.rendered_at));

const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const clockFormat = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: data.timezone });
const clock = (moment) => clockFormat.format(moment);
const nameOf = (tap) => tap.name || texts.clockOut;

function say(words) {
  document.querySelector("[data-said]").textContent = words;
}

function line(words) {
  const item = document.createElement("li");
  item.textContent = words;
  return item;
}

const lineOf = (tap) => `${clock(new Date(tap.tapped_at))} ${nameOf(tap)}`;

// What the server will not take stays on the page until the agent puts it away.
function showRefused() {
  const taps = outbox.refused;
  refused.hidden = taps.length === 0;
  refused.querySelector("[data-refused-list]").replaceChildren(...taps.map((tap) => line(`${lineOf(tap)}: ${tap.reason}`)));
  refused.querySelector("[data-send-again]").hidden = taps.every((tap) => tap.isKept);
}

function showWaiting() {
  const taps = outbox.taps;
  waiting.hidden = taps.length === 0;
  waiting.querySelector("[data-waiting-list]").replaceChildren(...taps.map((tap) => line(lineOf(tap))));
  waiting.querySelector("[data-waiting-title]").textContent =
    taps.length === 1 ? texts.waitingOne : fill(texts.waitingMany, { count: taps.length });
  waiting.querySelector("[data-waiting-why]").textContent =
    { [Trouble.loggedOut]: texts.loggedOut, [Trouble.offline]: texts.offline, [Trouble.server]: texts.server }[outbox.trouble] ?? texts.sending;
  showRefused();
  showPending(taps.at(-1));
}

// The last tap that still waits is what the agent is doing, and is marked as not yet sent.
function showPending(tap) {
  const card = day.querySelector(".portal-now");
  card.classList.toggle("portal-now--pending", Boolean(tap));
  for (const button of day.querySelectorAll(".portal-code")) {
    const isPending = tap?.code === button.dataset.tap;
    button.classList.toggle("portal-code--pending", isPending);
    button.querySelector("[data-mark]").textContent = isPending ? texts.notSent : "";
    if (tap) button.setAttribute("aria-pressed", String(isPending));
  }
  if (!tap) return;
  card.querySelector("[data-now-state]").textContent = nameOf(tap);
  card.querySelector("[data-now-since]").textContent = `${clock(new Date(tap.tapped_at))} · ${texts.notSent}`;
}

async function refresh() {
  try {
    const sentAt = Date.now();
    const response = await fetch(day.dataset.url, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return;
    const servedAt = Date.parse(response.headers.get("Date") ?? "");
    if (servedAt) outbox.measured(Math.round(servedAt + 500 - (sentAt + Date.now()) / 2));
    const html = await response.text();
    window.Idiomorph.morph(day, html, { morphStyle: "innerHTML" });
    lastRefresh = Date.now();
    placeTimelines(day);
    showWaiting();
    countDown();
    outbox.flush();
  } catch {
    countDown(); // no connection: the page says so itself
  }
}

function countDown() {
  const serverNow = Date.now() + offsetMs;
  for (const element of day.querySelectorAll("[data-countdown]")) {
    const minutes = Math.ceil((Date.parse(element.dataset.countdown) - serverNow) / 60_000);
    element.textContent = minutes <= 0 ? texts.now
      : minutes < 60 ? fill(texts.inMinutes, { minutes })
      : fill(texts.inHours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  }
  const isStale = Date.now() - lastRefresh > 3 * REFRESH_MS;
  const note = document.querySelector("[data-stale]");
  note.hidden = !isStale;
  if (isStale) note.textContent = fill(texts.stale, { time: clock(new Date(lastRefresh)) });
}

outbox.addEventListener("change", showWaiting);
outbox.addEventListener("settled", async (event) => {
  offsetMs = event.detail.offsetMs;
  await refresh();
  for (const { tap, status, reason, is_late: isLate } of event.detail.results) {
    if (!tap) continue;
    const time = clock(new Date(Date.parse(tap.tapped_at) + offsetMs));
    const template = status === "quarantined" ? texts.refused : isLate ? texts.late : texts.confirmed;
    const words = fill(template, { name: nameOf(tap), time, reason });
    say(words);
    if (status === "quarantined" || isLate) toast(words);
  }
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  if (seconds > CLOCK_OFF_SECONDS && !sessionStorage.getItem("wfm.clock-told")) {
    sessionStorage.setItem("wfm.clock-told", "yes");
    toast(fill(texts.clockOff, { seconds }));
  }
});

outbox.addEventListener("refused", (event) => {
  const words = fill(texts.refused, { name: nameOf(event.detail.tap), reason: event.detail.reason });
  say(words);
  toast(words);
});
refused.querySelector("[data-send-again]").addEventListener("click", () => outbox.sendAgain());
refused.querySelector("[data-put-away]").addEventListener("click", () => outbox.putAway());

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-tap]") : null;
  if (!button) return;
  const tap = outbox.add({ code: button.dataset.tap, name: button.dataset.name });
  say(`${nameOf(tap)}: ${texts.notSent}`);
});

// 1-9 press the buttons of the activities, 0 clocks in or out.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
  if (event.target instanceof Element && event.target.matches("input, textarea, select")) return;
  const buttons = day.querySelectorAll(".portal-code");
  const button = event.key === "0" ? day.querySelector(".portal-clock__button") : buttons[Number(event.key) - 1];
  button?.click();
});

if (Date.now() - lastRefresh > REFRESH_MS) refresh();
setInterval(refresh, REFRESH_MS);
setInterval(countDown, 1000);
window.addEventListener("online", refresh);
showWaiting();
countDown();
outbox.flush();
keepForOffline(data.worker_url);
