// Drag a shift along the time, to another person, or by an edge; drag on an empty lane adds one.

import { ROW } from "./grid-view.js";

const STEP = 900;
const EDGE = 7;
const THRESHOLD = 4;

const snap = (seconds) => Math.round(seconds / STEP) * STEP;

export class GridDrag {
  constructor(grid) {
    this.grid = grid;
    this.body = grid.view.body;
    this.body.addEventListener("pointerdown", (event) => this.begin(event));
    this.body.addEventListener("pointermove", (event) => this.move(event));
    this.body.addEventListener("pointerup", (event) => this.end(event));
    this.body.addEventListener("pointercancel", () => this.cancel());
    this.body.addEventListener("keydown", (event) => { if (event.key === "Escape") this.cancel(); });
    this.body.addEventListener("dblclick", (event) => this.add(event));
  }

  begin(event) {
    const block = event.target.closest("[data-shift]");
    if (!block || event.button !== 0 || event.pointerType === "touch") return;
    const shift = this.grid.model.shifts.get(Number(block.dataset.shift));
    const box = block.getBoundingClientRect();
    const left = event.clientX - box.left;
    const part = left < EDGE ? "start" : box.right - event.clientX < EDGE ? "end" : "whole";
    this.state = { shift, block, part, x: event.clientX, y: event.clientY, pointer: event.pointerId, moved: false, start: shift.start, end: shift.end, agent: shift.agent };
  }

  move(event) {
    const state = this.state;
    if (!state) return;
    const dx = event.clientX - state.x;
    const dy = event.clientY - state.y;
    if (!state.moved && Math.hypot(dx, dy) < THRESHOLD) return;
    if (!state.moved) {
      state.moved = true;
      this.body.setPointerCapture(state.pointer);
      state.block.classList.add("sgrid__shift--dragged");
    }
    const { view } = this.grid;
    const seconds = snap((dx / view.span.width) * (view.span.to - view.span.from));
    state.start = state.part === "end" ? state.shift.start : Math.min(state.shift.start + seconds, state.part === "start" ? state.shift.end - STEP : Infinity);
    state.end = state.part === "start" ? state.shift.end : Math.max(state.shift.end + seconds, state.part === "end" ? state.shift.start + STEP : -Infinity);
    state.agent = state.part === "whole" ? this.personAt(event) ?? state.shift.agent : state.shift.agent;
    state.block.style.left = `${view.x(state.start)}px`;
    state.block.style.width = `${view.x(state.end) - view.x(state.start)}px`;
    const rows = view.shown.findIndex((agent) => agent.id === state.agent) - view.shown.findIndex((agent) => agent.id === state.shift.agent);
    state.block.style.translate = `0 ${rows * ROW}px`;
    this.grid.preview(state.shift, state.start, state.end);
  }

  personAt(event) {
    const { view } = this.grid;
    const top = event.clientY - this.body.getBoundingClientRect().top;
    return view.shown[Math.floor(top / ROW)]?.id;
  }

  end() {
    const state = this.state;
    this.state = null;
    if (!state?.moved) return;
    state.block.classList.remove("sgrid__shift--dragged");
    const same = state.start === state.shift.start && state.end === state.shift.end && state.agent === state.shift.agent;
    if (same) {
      this.grid.changed(state.shift.id);
      return;
    }
    this.grid.edit.move(state.shift.id, state.start, state.end, state.agent);
  }

  cancel() {
    if (!this.state) return;
    const { id } = this.state.shift;
    this.state = null;
    this.grid.changed(id);
  }

  // A double click on an empty stretch adds a shift of eight and a half hours there.
  add(event) {
    const row = event.target.closest("[data-agent]");
    if (!row || event.target.closest("[data-shift]")) return;
    const lane = row.querySelector(".sgrid__lane");
    const start = snap(this.grid.view.seconds(event.clientX - lane.getBoundingClientRect().left));
    this.grid.edit.add(Number(row.dataset.agent), start, start + 34 * STEP);
  }
}
