// The team lead's list: rows in place, what costs service most first, since when by the second.

import { toast } from "../ui/toast.js";
import { ApproveDialog } from "./approve.js";
import { AgentCard } from "./live-card.js";
import { liveData } from "./live-data.js";
import { CaseDialog, MessageDialog, NoteDialog } from "./live-dialogs.js";
import { Filters } from "./live-filters.js";
import { Marks } from "./live-impact.js";
import { ListKeys } from "./live-keys.js";
import { MarksFeed } from "./live-marks.js";
import { LiveNews } from "./live-news.js";
import { isShown, ranked } from "./live-rank.js";
import { fillRow, setText } from "./live-row.js";
import { clockOf, counts, fill, lasted } from "./live-rows.js";
import { showStatus } from "./live-status.js";
import { LiveStore } from "./live-store.js";

const PAGE_ROWS = 200;
const DRAW_MS = 50;

const data = liveData();
const texts = document.getElementById("live-texts").dataset;
const body = document.querySelector("[data-live-rows]");
const template = document.querySelector("[data-live-template]").content.querySelector("tr");
const more = document.querySelector("[data-live-more]");
const clock = clockOf(data.timezone);
const store = new LiveStore(data);
const feed = new MarksFeed(data.marks_url);
const news = new LiveNews(data, texts);
const shown = new Map([...body.rows].map((row) => [Number(row.dataset.agent), row]));
let marks = new Marks(data.marks);
let generation = 0;
let limit = PAGE_ROWS;
let drawing = 0;

function draw() {
  drawing = 0;
  const rows = ranked(store.list.filter((row) => isShown(row, filters.chosen, marks)), marks, filters.sort);
  const drawn = rows.slice(0, limit);
  const wanted = new Set(drawn.map((row) => row.agent_id));
  for (const [agent, element] of shown) {
    if (!wanted.has(agent)) {
      element.remove();
      shown.delete(agent);
    }
  }
  const focused = document.activeElement;
  drawn.forEach((row, index) => {
    let element = shown.get(row.agent_id);
    if (!element) {
      element = template.cloneNode(true);
      shown.set(row.agent_id, element);
    }
    const version = `${row.version}.${generation}`;
    if (element.dataset.version !== version) {
      fillRow(element, row, { data, texts, clock, marks });
      element.dataset.version = version;
    }
    if (body.rows[index] !== element) body.insertBefore(element, body.rows[index] ?? null);
  });
  if (focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
  for (const [name, number] of Object.entries(counts(store.list))) {
    const figure = document.querySelector(`[data-count="${name}"]`);
    setText(figure, String(number));
    figure?.toggleAttribute("data-zero", number === 0);
  }
  document.querySelector("[data-live-empty]").hidden = rows.length > 0;
  more.hidden = rows.length <= limit;
  setText(more.querySelector("[data-live-more-words]"), fill(texts.more, { shown: drawn.length, total: rows.length }));
  news.see(rows, marks);
  tick();
}

// Many changes of one moment are drawn once, ten times a second at most.
function redraw() {
  drawing ||= setTimeout(() => requestAnimationFrame(draw), DRAW_MS);
}

function tick() {
  const now = Date.now();
  for (const [agent, element] of shown) {
    setText(element.querySelector('[data-cell="since"]'), lasted(store.rows.get(agent)?.flag_since, now, texts));
  }
}

const filters = new Filters({ data, changed: () => { limit = PAGE_ROWS; redraw(); } });
more.querySelector("button").addEventListener("click", () => { limit += PAGE_ROWS; redraw(); });

// What the reader has opened stays open when the server draws the panels anew.
window.Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.tagName === "DETAILS");

const card = new AgentCard(data.card_url);

function changed() {
  feed.refresh();
  document.body.dispatchEvent(new Event("marks"));
  if (card.isOpen) card.refresh();
}

const context = { texts, clock, changed };
const dialogs = {
  approve: document.getElementById("approve-dialog") && new ApproveDialog({ dialog: document.getElementById("approve-dialog"), texts, clock, flags: data.flags }),
  note: document.getElementById("note-dialog") && new NoteDialog(context),
  message: document.getElementById("message-dialog") && new MessageDialog(context),
  case: document.getElementById("case-dialog") && new CaseDialog(context),
};
const acts = {
  approve: (row) => row.severity > 0 && row.flag_since && dialogs.approve?.open(row),
  note: (row) => dialogs.note?.onAgent(row),
  message: (row) => dialogs.message?.onAgent(row),
};
const failed = (refusal) => toast(refusal.message);

document.addEventListener("click", (event) => {
  const at = (selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const agent = Number(at("[data-agent]")?.dataset.agent ?? 0);
  const link = at("a[data-card]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    card.open(agent);
    return;
  }
  const row = store.rows.get(agent);
  for (const [name, act] of Object.entries(acts)) {
    if (row && at(`[data-${name}]`)?.matches("button")) act(row);
  }
  const onCase = at("[data-case]");
  if (onCase) dialogs.case.onCase(onCase.dataset);
  const take = at("[data-case-take]");
  if (take) dialogs.case.take(take.dataset.caseTake).catch(failed);
  const onQueue = at("[data-note-queue]");
  if (onQueue) dialogs.note.onQueue(Number(onQueue.dataset.noteQueue), onQueue.dataset.name);
  const edit = at("[data-note-edit]");
  if (edit) dialogs.note.edit(edit.dataset.noteEdit).catch(failed);
  const remove = at("[data-note-delete]");
  if (remove) dialogs.note.remove(remove.dataset.noteDelete).catch(failed);
});

new ListKeys({ body, texts, rowOf: (element) => store.rows.get(Number(element.dataset.agent)), acts, card }).start();
feed.addEventListener("marks", ({ detail }) => {
  marks = new Marks(detail);
  generation += 1;
  filters.offerTags(detail.notes);
  redraw();
});
store.addEventListener("change", redraw);
showStatus({ store, texts, clock });
store.start();
feed.start();
draw();
setInterval(tick, 1000);
