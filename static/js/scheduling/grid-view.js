// Rows of people with their shifts; only the rows in sight are in the document.

export const ROW = 32;
const OVERSCAN = 6;
const NIGHT = 8 * 3600;

export class GridView {
  constructor(root, model, strip) {
    this.root = root;
    this.model = model;
    this.strip = strip;
    this.frame = root.querySelector("[data-frame]");
    this.head = root.querySelector("[data-head]");
    this.body = root.querySelector("[data-body]");
    this.list = root.querySelector("[data-list]");
    this.day = 0;
    this.filter = "";
    this.onlyMarks = false;
    this.selected = null;
    this.drawn = new Map();
    this.frame.addEventListener("scroll", () => this.rows());
    new ResizeObserver(() => this.layout()).observe(root);
  }

  get isWeek() { return this.day < 0; }

  show(day) {
    this.day = day;
    this.atWork = null;
    this.layout();
  }

  // Whoever works on the day shown stands above those who do not; an edit moves nobody's row.
  inOrder(agents) {
    this.atWork ??= new Set(agents.filter((agent) => this.byAgent.get(agent.id)
      .some((shift) => shift.start < this.span.to - NIGHT && shift.end > this.span.from)).map((agent) => agent.id));
    return [...agents.filter((agent) => this.atWork.has(agent.id)), ...agents.filter((agent) => !this.atWork.has(agent.id))];
  }

  layout() {
    const side = this.root.querySelector(".sgrid__frame").clientWidth - 220 - 84;
    const days = this.model.days;
    const from = this.isWeek ? days[0].start : days[this.day].start;
    const to = this.isWeek ? days[days.length - 1].end + NIGHT : days[this.day].end + NIGHT;
    const least = this.isWeek ? (to - from) / 3600 * 7 : (to - from) / 3600 * 26;
    this.span = { from, to, width: Math.max(320, Math.round(Math.max(side, least))) };
    this.axis();
    this.refresh();
  }

  x(seconds) { return ((seconds - this.span.from) / (this.span.to - this.span.from)) * this.span.width; }

  seconds(pixels) { return this.span.from + (pixels / this.span.width) * (this.span.to - this.span.from); }

  // The wall clock's hours; on the night of a clock change one is missing or comes twice.
  axis() {
    this.head.replaceChildren();
    const row = document.createElement("div");
    row.className = "sgrid__axis";
    const name = document.createElement("div");
    name.className = "sgrid__name";
    name.textContent = this.root.dataset.textAgent;
    const scale = document.createElement("div");
    scale.className = "sgrid__scale";
    scale.style.width = `${this.span.width}px`;
    const perHour = (this.span.width / (this.span.to - this.span.from)) * 3600;
    const every = [1, 2, 3, 6, 12, 24].find((hours) => hours * perHour >= 44) ?? 24;
    let clear = 0;
    for (let at = this.span.from, hour = 0; at < this.span.to; at += 3600, hour += 1) {
      const midnight = this.model.days.some((day) => day.start === at || day.end === at);
      if (midnight) hour = 0;
      if ((hour % every && !midnight) || (!midnight && this.x(at) < clear)) continue;
      clear = midnight ? this.x(at) + 88 : 0;
      const tick = document.createElement("span");
      tick.className = midnight ? "sgrid__tick sgrid__tick--day" : "sgrid__tick";
      tick.style.left = `${this.x(at)}px`;
      tick.textContent = midnight ? this.model.dayName(at + 1) : this.model.clock(at);
      scale.append(tick);
    }
    const sum = document.createElement("div");
    sum.className = "sgrid__sum";
    sum.textContent = this.root.dataset.textHours;
    row.append(name, scale, sum);
    this.head.append(row);
    this.strip.build(this.head, this.span);
  }

  people() {
    const wanted = this.filter.toLowerCase();
    return this.inOrder(this.model.agents).filter((agent) => {
      const shifts = this.byAgent.get(agent.id);
      const named = !wanted || agent.name.toLowerCase().includes(wanted) || agent.team.toLowerCase().includes(wanted);
      const broken = !this.onlyMarks || agent.marks.length || agent.unplaced || shifts.some((shift) => shift.marks.length);
      return named && broken;
    });
  }

  refresh() {
    this.byAgent = this.model.byAgent();
    this.shown = this.people();
    this.body.setAttribute("aria-rowcount", String(this.shown.length));
    this.body.style.height = `${this.shown.length * ROW}px`;
    this.body.style.width = `${this.span.width + 220 + 84}px`;
    this.body.replaceChildren();
    this.drawn.clear();
    this.rows();
    this.strip.draw();
    this.phone();
  }

  rows() {
    const top = this.frame.scrollTop;
    const first = Math.max(0, Math.floor(top / ROW) - OVERSCAN);
    const last = Math.min(this.shown.length, Math.ceil((top + this.frame.clientHeight) / ROW) + OVERSCAN);
    for (const [index, element] of this.drawn) {
      const holdsFocus = element.contains(document.activeElement);
      if ((index < first || index >= last) && !holdsFocus) {
        element.remove();
        this.drawn.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) {
      if (this.drawn.has(index)) continue;
      const element = this.row(this.shown[index], index);
      this.drawn.set(index, element);
      this.body.append(element);
    }
  }

  row(agent, index) {
    const shifts = this.byAgent.get(agent.id);
    const row = document.createElement("div");
    row.className = "sgrid__row";
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", String(index + 1));
    row.dataset.agent = agent.id;
    row.style.top = `${index * ROW}px`;
    const name = document.createElement("div");
    name.className = "sgrid__name";
    name.setAttribute("role", "rowheader");
    name.textContent = agent.name;
    name.title = `${agent.name} · ${agent.team} · ${agent.contract}`;
    const lane = document.createElement("div");
    lane.className = "sgrid__lane";
    lane.style.width = `${this.span.width}px`;
    const visible = shifts.filter((shift) => shift.end > this.span.from && shift.start < this.span.to);
    for (const shift of visible) lane.append(this.block(shift, agent));
    if (!visible.length) lane.append(this.empty(agent));
    const sum = document.createElement("div");
    sum.className = "sgrid__sum";
    sum.setAttribute("role", "gridcell");
    sum.textContent = this.model.hours(this.model.paidHours(shifts));
    const sentences = [...agent.marks, ...(agent.unplaced ? [agent.unplaced] : [])];
    if (sentences.length) {
      sum.classList.add("sgrid__sum--mark");
      sum.textContent = `! ${sum.textContent}`;
      sum.title = sentences.join("\n");
      sum.setAttribute("aria-label", `${sum.textContent}. ${sentences.join(" ")}`);
    }
    row.append(name, lane, sum);
    return row;
  }

  empty(agent) {
    const cell = document.createElement("div");
    cell.className = "sgrid__empty";
    cell.setAttribute("role", "gridcell");
    cell.tabIndex = -1;
    cell.dataset.empty = agent.id;
    const words = document.createElement("span");
    words.className = "visually-hidden";
    words.textContent = agent.unplaced || this.root.dataset.textOff;
    cell.append(words);
    return cell;
  }

  block(shift, agent) {
    const block = document.createElement("div");
    block.className = "sgrid__shift";
    block.classList.toggle("sgrid__shift--home", shift.place === "HOME");
    block.classList.toggle("sgrid__shift--locked", shift.locked);
    block.setAttribute("role", "gridcell");
    block.tabIndex = shift.id === this.selected ? 0 : -1;
    block.setAttribute("aria-selected", String(shift.id === this.selected));
    block.dataset.shift = shift.id;
    block.style.left = `${this.x(shift.start)}px`;
    block.style.width = `${Math.max(2, this.x(shift.end) - this.x(shift.start))}px`;
    block.setAttribute("aria-label", this.sentence(shift, agent));
    block.title = this.sentence(shift, agent);
    for (const act of shift.acts) block.append(this.part(act, shift));
    if (shift.marks.length) {
      const mark = document.createElement("span");
      mark.className = "sgrid__mark";
      mark.textContent = "!";
      mark.setAttribute("aria-hidden", "true");
      block.append(mark);
    }
    return block;
  }

  part([from, to, code, queue], shift) {
    const part = document.createElement("span");
    const known = this.model.codes[code];
    const deferred = queue !== null && this.model.queues.find((item) => item.id === queue)?.deferred;
    part.className = `sgrid__act ${deferred ? "activity-2" : known.style}`;
    part.setAttribute("aria-hidden", "true");
    const left = this.x(from) - this.x(shift.start);
    const width = this.x(to) - this.x(from);
    part.style.left = `${left}px`;
    part.style.width = `${width}px`;
    if (width >= 10) part.textContent = width >= 90 && queue !== null ? this.model.queueName(queue) : known.letter;
    return part;
  }

  sentence(shift, agent) {
    const texts = this.root.dataset;
    const place = shift.place === "HOME" ? texts.textHome : texts.textOffice;
    const locked = shift.locked ? `, ${texts.textLocked}` : "";
    const head = `${agent.name}, ${this.model.dayName(shift.start)} ${this.model.clock(shift.start)}–${this.model.clock(shift.end)}, ${place}${locked}`;
    return shift.marks.length ? `${head}. ${shift.marks.join(" ")}` : head;
  }

  // The phone's list: per person the shifts of the day or week as sentences.
  phone() {
    if (getComputedStyle(this.list).display === "none") return;
    this.list.replaceChildren();
    for (const agent of this.shown) {
      const shifts = this.byAgent.get(agent.id).filter((shift) => shift.start < this.span.to && shift.end > this.span.from);
      const item = document.createElement("li");
      item.className = "sgrid__item";
      const name = document.createElement("strong");
      name.textContent = agent.name;
      const hours = document.createElement("span");
      hours.className = "sgrid__item-hours";
      hours.textContent = `${this.model.hours(this.model.paidHours(this.byAgent.get(agent.id)))} h`;
      item.append(name, hours);
      for (const shift of shifts) {
        const line = document.createElement("button");
        line.type = "button";
        line.className = "sgrid__item-shift";
        line.dataset.shift = shift.id;
        line.setAttribute("aria-pressed", String(shift.id === this.selected));
        line.textContent = `${shift.marks.length ? "! " : ""}${this.model.dayName(shift.start)} ${this.model.clock(shift.start)}–${this.model.clock(shift.end)}`;
        item.append(line);
      }
      if (!shifts.length) item.append(this.root.dataset.textOff);
      this.list.append(item);
    }
  }

  reveal(shiftId) {
    const shift = this.model.shifts.get(shiftId);
    const index = this.shown.findIndex((agent) => agent.id === shift?.agent);
    if (index < 0) return null;
    const top = index * ROW;
    const height = this.frame.clientHeight - this.head.offsetHeight;
    if (top < this.frame.scrollTop) this.frame.scrollTop = top;
    else if (top + ROW > this.frame.scrollTop + height) this.frame.scrollTop = top + ROW - height;
    this.rows();
    return this.body.querySelector(`[data-shift="${shiftId}"]`);
  }
}
