// Edits go to the API; what the server says is what the grid shows. Every edit can be undone.

import { toast } from "../ui/toast.js";
import { fromApi } from "./grid-model.js";

const iso = (seconds) => new Date(seconds * 1000).toISOString();

export class GridEdit {
  constructor(root, model, { onChange }) {
    this.root = root;
    this.model = model;
    this.onChange = onChange;
    this.undoStack = [];
    this.busy = Promise.resolve();
  }

  async send(method, path, body, revision) {
    const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
    if (revision !== undefined) headers["If-Match"] = revision;
    let answer;
    try {
      answer = await fetch(path, { method, headers, body: body ? JSON.stringify(body) : undefined });
    } catch {
      throw new Error(this.root.dataset.textFailed);
    }
    const data = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (!answer.ok) throw new Error(data?.errors?.[0]?.detail ?? this.root.dataset.textFailed);
    return data;
  }

  tag(shift) { return `"shift-${shift.id}-${shift.rev}"`; }

  path(shift) { return `${this.root.dataset.shifts}${shift.id}/`; }

  // One edit after the other: a held key must not overtake its own revision.
  queue(work) {
    this.busy = this.busy.then(work).catch((error) => {
      toast(error.message);
      this.onChange(null);
    });
    return this.busy;
  }

  take(answer) {
    const shift = fromApi(answer);
    this.model.replace(shift);
    this.mark(answer);
    return shift;
  }

  mark(answer) {
    if (!answer?.marks) return;
    const agent = this.model.agentById.get(answer.agent);
    if (agent) agent.marks = answer.marks.filter((mark) => mark.shift === null).map((mark) => mark.text);
    for (const shift of this.model.shiftsOf(answer.agent)) shift.marks = answer.marks.filter((mark) => mark.shift === shift.id).map((mark) => mark.text);
  }

  move(id, start, end, agent) {
    return this.queue(async () => {
      const before = { ...this.model.shifts.get(id) };
      const body = { starts_at: iso(start), ends_at: iso(end) };
      if (agent !== undefined && agent !== before.agent) body.agent = agent;
      const answer = await this.send("PATCH", this.path(before), body, this.tag(before));
      const shift = this.take(answer);
      this.push((now) => this.restore(now, before), shift.id);
      this.onChange(shift.id);
    });
  }

  lock(id) {
    return this.queue(async () => {
      const before = this.model.shifts.get(id);
      const answer = await this.send("PATCH", this.path(before), { is_locked: !before.locked }, this.tag(before));
      this.take(answer);
      this.onChange(id);
    });
  }

  remove(id) {
    return this.queue(async () => {
      const before = { ...this.model.shifts.get(id) };
      await this.send("DELETE", this.path(before), null, this.tag(before));
      this.model.remove(id);
      this.push(() => this.recreate(before), id);
      this.onChange(null);
      toast(this.root.dataset.textDeleted, { undo: () => this.undo() });
    });
  }

  add(agent, start, end) {
    return this.queue(async () => {
      const body = { version: Number(this.root.dataset.version), agent, starts_at: iso(start), ends_at: iso(end) };
      const shift = this.take(await this.send("POST", this.root.dataset.shifts, body));
      this.push(async (now) => {
        const present = this.model.shifts.get(now);
        await this.send("DELETE", this.path(present), null, this.tag(present));
        this.model.remove(now);
        this.onChange(null);
      }, shift.id);
      this.onChange(shift.id);
    });
  }

  activities(shift) {
    return shift.acts.map(([from, to, code, queue]) => ({ activity_code: code, queue, starts_at: iso(from), ends_at: iso(to) }));
  }

  async restore(id, before) {
    const present = this.model.shifts.get(id);
    const body = { starts_at: iso(before.start), ends_at: iso(before.end), agent: before.agent, activities: this.activities(before) };
    this.take(await this.send("PATCH", this.path(present), body, this.tag(present)));
    this.onChange(id);
  }

  async recreate(before) {
    const body = { version: Number(this.root.dataset.version), agent: before.agent, starts_at: iso(before.start), ends_at: iso(before.end), is_locked: before.locked, activities: this.activities(before) };
    const shift = this.take(await this.send("POST", this.root.dataset.shifts, body));
    // Older entries of the stack speak of the deleted shift's number.
    this.renumber(before.id, shift.id);
    this.onChange(shift.id);
  }

  renumber(from, to) {
    for (const entry of this.undoStack) if (entry.id === from) entry.id = to;
  }

  push(act, id) {
    this.undoStack.push({ act, id });
  }

  undo() {
    return this.queue(async () => {
      const entry = this.undoStack.pop();
      if (!entry) {
        toast(this.root.dataset.textNothing);
        return;
      }
      await entry.act(entry.id);
      toast(this.root.dataset.textUndone);
    });
  }
}
