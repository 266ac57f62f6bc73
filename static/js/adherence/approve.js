// Approve an exception: choosing a reason is the act; undo takes it back.

import { toast } from "../ui/toast.js";
import { fill } from "./live-rows.js";

export class ApproveDialog {
  constructor({ dialog, texts, clock, flags }) {
    Object.assign(this, { dialog, texts, clock, flags, row: null });
    dialog.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-reason]") : null;
      if (button) this.#approve(button.dataset.reason);
    });
    const own = dialog.querySelector("[data-approve-own]");
    own.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#approve(own.elements.reason.value);
    });
  }

  open(row) {
    this.row = row;
    const part = (name) => this.dialog.querySelector(`[data-approve-${name}]`);
    part("title").textContent = fill(this.texts.approveTitle, { name: row.name });
    part("span").textContent = fill(this.texts.approveSpan, { flag: this.flags[row.flag].label, time: this.clock(row.flag_since) });
    const end = this.dialog.querySelector('input[value="end"]');
    end.closest("label").hidden = !row.planned_until;
    if (row.planned_until) {
      part("end").textContent = fill(this.texts.approveEnd, { time: this.clock(row.planned_until), activity: row.planned.name });
    }
    this.dialog.querySelector('input[value="now"]').checked = true;
    part("error").hidden = true;
    this.dialog.showModal();
  }

  async #approve(reason) {
    const untilEnd = this.dialog.querySelector('input[name="until"]:checked').value === "end";
    const endsAt = untilEnd ? this.row.planned_until : new Date(Date.now() + 1000).toISOString();
    try {
      const answer = await this.#post(this.dialog.dataset.url, {
        agent: this.row.agent_id, starts_at: this.row.flag_since, ends_at: endsAt, reason,
      });
      if (answer.error) {
        this.#fail(answer.error);
        return;
      }
      this.dialog.close();
      toast(answer.message, { undo: () => this.#undo(answer.undo_url) });
    } catch {
      this.#fail(this.texts.failed);
    }
  }

  async #undo(url) {
    const answer = await this.#post(url, {}).catch(() => null);
    toast(answer ? this.texts.undone : this.texts.failed);
  }

  #fail(sentence) {
    const error = this.dialog.querySelector("[data-approve-error]");
    error.textContent = sentence;
    error.hidden = false;
  }

  async #post(url, fields) {
    const response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
      body: new URLSearchParams(fields),
    });
    if (!response.headers.get("Content-Type")?.includes("json")) throw new Error(`The server answered ${response.status}.`);
    return response.json();
  }
}
