// The strip above the rows: required, staffed and their difference per queue. It never scrolls away.

import { onThemeChange } from "../ui/chart-theme.js";

const HEIGHT = 30;


// light-dark() is resolved by an element, not by the custom property.
function resolved(element, name) {
  element.style.color = `var(${name})`;
  const value = getComputedStyle(element).color;
  element.style.color = "";
  return value;
}

export class GridStrip {
  constructor(root, model) {
    this.root = root;
    this.model = model;
    this.rows = new Map();
    onThemeChange(() => this.draw());
  }

  build(head, view) {
    this.view = view;
    this.rows.clear();
    for (const queue of this.model.queues) {
      const row = document.createElement("div");
      row.className = "sgrid__strip";
      const name = document.createElement("div");
      name.className = "sgrid__name sgrid__strip-name";
      name.textContent = queue.name;
      const canvas = document.createElement("canvas");
      canvas.className = "sgrid__strip-canvas";
      canvas.setAttribute("role", "img");
      const sum = document.createElement("div");
      sum.className = "sgrid__sum sgrid__strip-sum";
      row.append(name, canvas, sum);
      head.append(row);
      canvas.addEventListener("pointermove", (event) => this.tell(queue, canvas, event));
      canvas.addEventListener("click", (event) => this.ask(queue, event));
      canvas.addEventListener("pointerleave", () => { canvas.title = ""; });
      this.rows.set(queue.id, { canvas, sum });
    }
    this.draw();
  }

  tell(queue, canvas, event) {
    const at = this.view.from + (event.offsetX / this.view.width) * (this.view.to - this.view.from);
    const slot = Math.floor((at - this.model.start) / 900);
    const required = this.model.required[queue.id][slot];
    const staffed = this.model.staffed[queue.id][slot];
    if (required === undefined) return;
    const texts = this.root.dataset;
    canvas.title = `${queue.name} ${this.model.dayName(at)} ${this.model.clock(this.model.start + slot * 900)}\n${texts.textRequired} ${this.model.hours(required)} · ${texts.textStaffed} ${staffed} · ${texts.textDifference} ${this.model.signed(staffed - required)}`;
  }

  // Why is this interval as it is? Who listens answers below the grid.
  ask(queue, event) {
    const at = this.view.from + (event.offsetX / this.view.width) * (this.view.to - this.view.from);
    const slot = Math.floor((at - this.model.start) / 900);
    this.root.dispatchEvent(new CustomEvent("schedule-interval", { detail: { queue: queue.id, at: this.model.start + slot * 900 } }));
  }

  draw() {
    if (!this.view) return;
    for (const queue of this.model.queues) this.drawQueue(queue);
  }

  drawQueue(queue) {
    const { canvas, sum } = this.rows.get(queue.id);
    const { from, to, width } = this.view;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = HEIGHT * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${HEIGHT}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.clearRect(0, 0, width, HEIGHT);
    const required = this.model.required[queue.id];
    const staffed = this.model.staffed[queue.id];
    const first = Math.max(0, Math.floor((from - this.model.start) / 900));
    const last = Math.min(this.model.slots, Math.ceil((to - this.model.start) / 900));
    let top = 1;
    for (let slot = first; slot < last; slot += 1) top = Math.max(top, required[slot], staffed[slot]);
    const x = (slot) => ((this.model.start + slot * 900 - from) / (to - from)) * width;
    const y = (value) => HEIGHT - 1 - (value / top) * (HEIGHT - 4);
    const colours = { staffed: resolved(canvas, "--series-staffed"), required: resolved(canvas, "--series-required"), under: resolved(canvas, "--under"), over: resolved(canvas, "--over") };
    const totals = this.bars(pen, { first, last, x, y, required, staffed, colours });
    this.steps(pen, { first, last, x, y, required, colours });
    const texts = this.root.dataset;
    sum.replaceChildren();
    for (const [letter, value, tone, word] of [["U", -totals.under, "under", texts.textShort], ["O", totals.over, "over", texts.textOver]]) {
      const badge = document.createElement("span");
      badge.className = `sgrid__tone sgrid__tone--${tone}`;
      badge.textContent = `${letter} ${this.model.signed(value)}`;
      badge.title = `${this.model.hours(Math.abs(value))} h ${word}`;
      sum.append(badge);
    }
    canvas.setAttribute("aria-label", `${queue.name}: ${this.model.hours(totals.under)} h ${texts.textShort}, ${this.model.hours(totals.over)} h ${texts.textOver}`);
  }

  bars(pen, { first, last, x, y, required, staffed, colours }) {
    const totals = { under: 0, over: 0 };
    for (let slot = first; slot < last; slot += 1) {
      const [left, right] = [x(slot), x(slot + 1)];
      const base = Math.min(required[slot], staffed[slot]);
      pen.globalAlpha = 0.35;
      pen.fillStyle = colours.staffed;
      pen.fillRect(left, y(base), right - left, y(0) - y(base));
      pen.globalAlpha = 1;
      const difference = staffed[slot] - required[slot];
      if (difference > 0) {
        totals.over += difference / 4;
        pen.globalAlpha = 0.45;
        pen.fillStyle = colours.over;
        pen.fillRect(left, y(staffed[slot]), right - left, y(required[slot]) - y(staffed[slot]));
        pen.globalAlpha = 1;
      } else if (difference < 0) {
        totals.under -= difference / 4;
        pen.fillStyle = colours.under;
        // Solid for short, pale for above: told apart without colour, too.
        pen.fillRect(left, y(required[slot]), Math.max(1, right - left - 0.5), y(staffed[slot]) - y(required[slot]));
      }
    }
    return totals;
  }

  steps(pen, { first, last, x, y, required, colours }) {
    pen.strokeStyle = colours.required;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let slot = first; slot < last; slot += 1) {
      const level = Math.round(y(required[slot])) + 0.5;
      if (slot === first) pen.moveTo(x(slot), level);
      else pen.lineTo(x(slot), level);
      pen.lineTo(x(slot + 1), level);
    }
    pen.stroke();
  }
}

