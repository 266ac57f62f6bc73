// The schedule in the browser: people, shifts, and required against staffed, slot by slot.

const STEP = 900;

export class GridModel {
  constructor(data, zone) {
    Object.assign(this, { days: data.days, start: data.start, slots: data.slots, queues: data.queues, codes: data.codes, agents: data.agents, zone });
    this.required = data.required;
    this.staffed = data.staffed;
    this.shifts = new Map(data.shifts.map((shift) => [shift.id, shift]));
    this.agentById = new Map(data.agents.map((agent) => [agent.id, agent]));
    this.firstUnder = this.totals().under;
    const lang = document.documentElement.lang || "en";
    this.clockFormat = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    this.dayFormat = new Intl.DateTimeFormat(lang, { weekday: "short", day: "numeric", month: "short", timeZone: zone });
    this.hourFormat = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.signedFormat = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
  }

  clock(seconds) { return this.clockFormat.format(seconds * 1000); }

  dayName(seconds) { return this.dayFormat.format(seconds * 1000); }

  hours(value) { return this.hourFormat.format(value); }

  signed(value) { return this.signedFormat.format(value); }

  shiftsOf(agentId) {
    return [...this.shifts.values()].filter((shift) => shift.agent === agentId).sort((a, b) => a.start - b.start);
  }

  byAgent() {
    const found = new Map(this.agents.map((agent) => [agent.id, []]));
    for (const shift of this.shifts.values()) found.get(shift.agent)?.push(shift);
    for (const shifts of found.values()) shifts.sort((a, b) => a.start - b.start);
    return found;
  }

  paidHours(shifts) { return shifts.reduce((sum, shift) => sum + shift.paid, 0) / 60; }

  // Put the queue work of a shift into the staffing (sign 1) or take it out (sign -1).
  count(shift, sign, staffed = this.staffed) {
    for (const [from, to, , queue] of shift.acts) {
      const row = queue === null ? null : staffed[queue];
      if (!row) continue;
      const first = Math.max(0, Math.floor((from - this.start) / STEP));
      const last = Math.min(this.slots, Math.ceil((to - this.start) / STEP));
      for (let slot = first; slot < last; slot += 1) row[slot] += sign;
    }
  }

  replace(shift) {
    const old = this.shifts.get(shift.id);
    if (old) this.count(old, -1);
    this.shifts.set(shift.id, shift);
    this.count(shift, 1);
  }

  remove(id) {
    const old = this.shifts.get(id);
    if (!old) return;
    this.count(old, -1);
    this.shifts.delete(id);
  }

  totals(staffed = this.staffed) {
    let under = 0;
    let over = 0;
    for (const queue of this.queues) {
      const required = this.required[queue.id];
      const there = staffed[queue.id];
      for (let slot = 0; slot < this.slots; slot += 1) {
        const difference = there[slot] - required[slot];
        if (difference < 0) under -= difference;
        else over += difference;
      }
    }
    return { under: under * STEP / 3600, over: over * STEP / 3600 };
  }

  // Change of the shortage, in hours, if the shift stood there instead.
  effect(shift, start, end) {
    const copy = {};
    for (const queue of this.queues) copy[queue.id] = this.staffed[queue.id].slice();
    const before = this.totals(copy).under;
    this.count(shift, -1, copy);
    this.count({ acts: this.moved(shift, start, end) }, 1, copy);
    return this.totals(copy).under - before;
  }

  // The activities after a move or a change of length, as the server will fit them.
  moved(shift, start, end) {
    const grown = end - start !== shift.end - shift.start;
    const delta = grown && end === shift.end ? 0 : start - shift.start;
    const acts = shift.acts
      .map(([from, to, code, queue]) => [Math.max(from + delta, start), Math.min(to + delta, end), code, queue])
      .filter(([from, to]) => to > from);
    const work = acts.find((act) => act[3] !== null);
    if (!work || !acts.length) return acts;
    if (acts[0][0] > start) acts.unshift([start, acts[0][0], work[2], work[3]]);
    const last = acts[acts.length - 1];
    if (last[1] < end) acts.push([last[1], end, work[2], work[3]]);
    return acts;
  }

  queueName(id) { return this.queues.find((queue) => queue.id === id)?.name ?? ""; }
}

// A shift as the API tells it, in the grid's own form.
export function fromApi(shift) {
  const seconds = (text) => Date.parse(text) / 1000;
  return {
    id: shift.id,
    rev: shift.revision,
    agent: shift.agent,
    date: shift.operational_date,
    start: seconds(shift.starts_at),
    end: seconds(shift.ends_at),
    paid: shift.paid_minutes,
    place: shift.place,
    locked: shift.is_locked,
    acts: shift.activities.map((act) => [seconds(act.starts_at), seconds(act.ends_at), act.activity_code, act.queue]),
    marks: [],
  };
}
