// The planner's grid: one picture, moved by drag, by click and by keyboard.

import { registerKey } from "../ui/keys.js";
import { toast } from "../ui/toast.js";
import { GridDrag } from "./grid-drag.js";
import { GridEdit } from "./grid-edit.js";
import { GridModel } from "./grid-model.js";
import { GridStrip } from "./grid-strip.js";
import { GridView } from "./grid-view.js";

const STEP = 900;

class Grid {
  constructor(root, data) {
    this.root = root;
    this.canEdit = root.dataset.canEdit === "1";
    this.model = new GridModel(data, root.dataset.zone);
    this.view = new GridView(root, this.model, new GridStrip(root, this.model));
    this.edit = new GridEdit(root, this.model, { onChange: (id) => this.changed(id) });
    this.tools = root.querySelector("[data-move]");
    this.words = root.querySelector("[data-selected]");
    this.days();
    this.listen();
    if (this.canEdit) {
      this.drag = new GridDrag(this);
      this.keys();
    }
    this.view.show(this.today());
  }

  today() {
    const asked = new URLSearchParams(location.search).get("day");
    if (asked === "week") return -1;
    const named = this.model.days.findIndex((day) => day.date === asked);
    if (named >= 0) return named;
    const now = Date.now() / 1000;
    return Math.max(0, this.model.days.findIndex((day) => day.start <= now && now < day.end));
  }

  days() {
    const box = this.root.querySelector("[data-days]");
    const choices = [...this.model.days.map((day, index) => [index, this.model.dayName(day.start + 1), day.date]), [-1, this.root.dataset.textWeek, "week"]];
    for (const [index, label, name] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.dataset.day = index;
      button.addEventListener("click", () => {
        this.view.show(index);
        this.pressDay();
        const url = new URL(location.href);
        url.searchParams.set("day", name);
        history.replaceState(null, "", url);
      });
      box.append(button);
    }
    queueMicrotask(() => this.pressDay());
  }

  pressDay() {
    for (const button of this.root.querySelectorAll("[data-day]")) button.setAttribute("aria-pressed", String(Number(button.dataset.day) === this.view.day));
  }

  listen() {
    this.root.querySelector("[data-find]").addEventListener("input", (event) => {
      this.view.filter = event.target.value.trim();
      this.view.refresh();
    });
    this.root.querySelector("[data-only-marks]").addEventListener("change", (event) => {
      this.view.onlyMarks = event.target.checked;
      this.view.refresh();
    });
    this.root.querySelector("[data-undo]").addEventListener("click", () => this.edit.undo());
    this.root.addEventListener("click", (event) => {
      const shift = event.target.closest("[data-shift]");
      if (shift) this.select(Number(shift.dataset.shift), { focus: shift.closest("[data-body]") !== null });
      const empty = event.target.closest("[data-empty]");
      if (empty) this.root.dispatchEvent(new CustomEvent("schedule-shift", { detail: { agent: Number(empty.dataset.empty), date: this.model.days[Math.max(0, this.view.day)].date } }));
      const act = event.target.closest("[data-act]");
      if (act) this.act(act.dataset.act);
    });
    this.view.body.addEventListener("focusin", (event) => {
      const block = event.target.closest("[data-shift]");
      if (block && Number(block.dataset.shift) !== this.view.selected) this.select(Number(block.dataset.shift), { focus: false });
    });
    this.view.body.addEventListener("keydown", (event) => this.walk(event));
  }

  select(id, { focus = true } = {}) {
    this.view.selected = id;
    for (const block of this.view.body.querySelectorAll("[data-shift]")) {
      const chosen = Number(block.dataset.shift) === id;
      block.tabIndex = chosen ? 0 : -1;
      block.setAttribute("aria-selected", String(chosen));
    }
    for (const line of this.view.list.querySelectorAll("[data-shift]")) line.setAttribute("aria-pressed", String(Number(line.dataset.shift) === id));
    this.describe();
    const picked = this.model.shifts.get(id);
    if (picked) this.root.dispatchEvent(new CustomEvent("schedule-shift", { detail: { agent: picked.agent, date: picked.date } }));
    if (focus) this.view.reveal(id)?.focus({ preventScroll: true });
  }

  describe(extra = "") {
    const shift = this.model.shifts.get(this.view.selected);
    this.tools.hidden = !shift || !this.canEdit;
    if (!shift) return;
    this.words.textContent = this.view.sentence(shift, this.model.agentById.get(shift.agent)) + (extra ? ` · ${extra}` : "");
  }

  // The effect of an edit on the shortage, before it is made.
  preview(shift, start, end) {
    const change = this.model.effect(shift, start, end);
    this.words.textContent = `${this.model.dayName(start)} ${this.model.clock(start)}–${this.model.clock(end)} · ${this.model.signed(change)} h ${this.root.dataset.textShort}`;
  }

  changed(id) {
    this.view.refresh();
    if (id !== null && this.model.shifts.has(id)) this.select(id);
    else this.describe();
    this.root.querySelector("[data-undo]").disabled = this.edit.undoStack.length === 0;
    const { under, over } = this.model.totals();
    const figure = document.querySelector("[data-under-hours]");
    if (!figure) return;
    figure.textContent = this.model.hours(under);
    document.querySelector("[data-over-hours]").textContent = this.model.hours(over);
    const change = under - this.model.firstUnder;
    document.querySelector("[data-under-change]").textContent = Math.abs(change) < 0.05 ? "" : `${this.model.signed(change)} h ${this.root.dataset.textChange}`;
  }

  act(name) {
    const shift = this.model.shifts.get(this.view.selected);
    if (!shift) return;
    if (!this.canEdit) {
      toast(this.root.dataset.textFinal);
      return;
    }
    const { id } = shift;
    // Read the shift when its turn comes: a held key must not work with an old start.
    const now = () => this.model.shifts.get(id);
    const moves = {
      earlier: () => this.edit.move(id, now().start - STEP, now().end - STEP),
      later: () => this.edit.move(id, now().start + STEP, now().end + STEP),
      longer: () => this.edit.move(id, now().start, now().end + STEP),
      shorter: () => this.edit.move(id, now().start, now().end - STEP),
      delete: () => this.edit.remove(id),
      lock: () => this.edit.lock(id),
    };
    this.edit.busy.then(() => { if (now()) moves[name](); });
  }

  keys() {
    const texts = this.root.dataset;
    const bind = (key, words, name) => registerKey(key, words, () => this.act(name));
    bind("Alt+ArrowLeft", texts.keyEarlier, "earlier");
    bind("Alt+ArrowRight", texts.keyLater, "later");
    bind("Shift+ArrowRight", texts.keyLonger, "longer");
    bind("Shift+ArrowLeft", texts.keyShorter, "shorter");
    bind("Delete", texts.keyDelete, "delete");
    bind("l", texts.keyLock, "lock");
    registerKey("Ctrl+z", texts.keyUndo, () => this.edit.undo());
  }

  // Arrows walk over the shifts: left and right along the person, up and down between people.
  walk(event) {
    if (event.altKey || event.shiftKey || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key];
    const present = this.model.shifts.get(this.view.selected);
    if (!step || !present) return;
    event.preventDefault();
    const next = step[0] ? this.nextPerson(present, step[0]) : this.nextOfPerson(present, step[1]);
    if (next) this.select(next.id);
  }

  nextOfPerson(present, direction) {
    const own = this.view.byAgent.get(present.agent).filter((shift) => shift.end > this.view.span.from && shift.start < this.view.span.to);
    return own[own.findIndex((shift) => shift.id === present.id) + direction];
  }

  nextPerson(present, direction) {
    const { shown, byAgent, span } = this.view;
    let index = shown.findIndex((agent) => agent.id === present.agent) + direction;
    for (; index >= 0 && index < shown.length; index += direction) {
      const shifts = byAgent.get(shown[index].id).filter((shift) => shift.end > span.from && shift.start < span.to);
      if (shifts.length) return shifts.reduce((best, shift) => (Math.abs(shift.start - present.start) < Math.abs(best.start - present.start) ? shift : best));
    }
    return null;
  }
}

async function open(root) {
  const answer = await fetch(root.dataset.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(root.dataset.textFailed);
  const grid = new Grid(root, await answer.json());
  const legend = root.querySelector("[data-legend]");
  for (const code of Object.values(grid.model.codes)) {
    const item = document.createElement("span");
    const box = document.createElement("span");
    item.className = "sgrid__legend-item";
    box.className = `sgrid__legend-box ${code.style}`;
    box.textContent = code.letter;
    item.append(box, ` ${code.name}`);
    legend.append(item);
  }
  root.dataset.ready = "1";
}

for (const root of document.querySelectorAll("[data-schedule-grid]")) {
  open(root).catch((error) => { root.querySelector("[data-body]").textContent = error.message; });
}
