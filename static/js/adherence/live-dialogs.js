// Notes, messages and outcomes: small forms that say what went wrong beside the field.

import { toast } from "../ui/toast.js";
import { api } from "./api.js";
import { fill } from "./live-rows.js";

const INTERVAL_MS = 15 * 60_000;

class FormDialog {
  constructor(id, { texts, changed }) {
    this.dialog = document.getElementById(id);
    this.form = this.dialog.querySelector("form");
    Object.assign(this, { texts, changed, busy: false });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(event.submitter);
    });
  }

  part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  show(title) {
    this.dialog.querySelector("h2").textContent = title;
    this.error.hidden = true;
    if (!this.dialog.open) this.dialog.showModal();
  }

  get error() {
    return this.dialog.querySelector(".field__error");
  }

  async #send(submitter) {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.send(submitter);
      this.dialog.close();
      this.changed();
    } catch (refusal) {
      this.error.textContent = refusal.message;
      this.error.hidden = false;
    } finally {
      this.busy = false;
    }
  }
}

export class NoteDialog extends FormDialog {
  constructor(context) {
    super("note-dialog", context);
    this.clock = context.clock;
    this.url = this.dialog.dataset.url;
    this.part("note-kinds").addEventListener("change", () => this.#showKind());
  }

  onAgent(row) {
    this.target = { agent: row.agent_id };
    this.since = row.flag_since;
    this.part("note-kinds").hidden = false;
    const hasStretch = row.severity > 0 && Boolean(row.flag_since);
    this.part("note-stretch").textContent = hasStretch ? fill(this.texts.noteStretch, { time: this.clock(row.flag_since) }) : "";
    this.form.querySelector('[value="STRETCH"]').closest("label").hidden = !hasStretch;
    this.form.querySelector(`[value="${hasStretch ? "STRETCH" : "AGENT_DAY"}"]`).checked = true;
    this.#open(fill(this.texts.noteTitle, { name: row.name }));
  }

  onQueue(queue, name) {
    const from = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS;
    const span = { starts_at: new Date(from).toISOString(), ends_at: new Date(from + INTERVAL_MS).toISOString() };
    this.target = { kind: "INTERVAL", queue, ...span };
    this.part("note-kinds").hidden = true;
    this.#open(fill(this.texts.noteInterval, { name, from: this.clock(from), until: this.clock(from + INTERVAL_MS) }));
  }

  async edit(id) {
    const { answer, etag } = await api(`${this.url}${id}/`, { failed: this.texts.notSaved });
    this.target = { id, etag };
    this.part("note-kinds").hidden = true;
    this.#open(this.texts.noteEdit, answer);
  }

  async remove(id) {
    const { etag } = await api(`${this.url}${id}/`, { failed: this.texts.notSaved });
    await api(`${this.url}${id}/`, { method: "DELETE", headers: { "If-Match": etag }, failed: this.texts.notSaved });
    toast(this.texts.noteDeleted);
    this.changed();
  }

  #open(title, note = { text: "", tags: [], contact_id: "" }) {
    const { text, tags, contact_id: contact } = this.form.elements;
    text.value = note.text;
    tags.value = note.tags.join(", ");
    contact.value = "";
    this.#showKind();
    this.show(title);
    text.focus();
  }

  #showKind() {
    const kinds = this.part("note-kinds");
    this.part("note-contact").hidden = kinds.hidden || kinds.querySelector(":checked")?.value !== "CONTACT";
  }

  async send() {
    const { text, tags, contact_id: contact } = this.form.elements;
    const words = { text: text.value, tags: tags.value.split(/[,，、]/).map((tag) => tag.trim()).filter(Boolean) };
    const failed = this.texts.notSaved;
    if (this.target.id) {
      await api(`${this.url}${this.target.id}/`, { method: "PATCH", data: words, headers: { "If-Match": this.target.etag }, failed });
    } else {
      await api(this.url, { method: "POST", data: { ...this.#about(contact.value), ...words }, failed });
    }
    toast(this.texts.noteKept);
  }

  #about(contact) {
    if (this.target.kind) return this.target;
    const kind = this.part("note-kinds").querySelector(":checked").value;
    if (kind === "CONTACT") return { kind, ...this.target, contact_id: contact };
    if (kind === "STRETCH") return { kind, ...this.target, starts_at: this.since, ends_at: new Date(Date.now() + 1000).toISOString() };
    return { kind, ...this.target };
  }
}

export class MessageDialog extends FormDialog {
  constructor(context) {
    super("message-dialog", context);
  }

  onAgent(row) {
    this.row = row;
    this.form.elements.text.value = "";
    this.show(fill(this.texts.messageTitle, { name: row.name }));
    this.form.elements.text.focus();
  }

  async send() {
    const data = { agents: [this.row.agent_id], text: this.form.elements.text.value };
    await api(this.dialog.dataset.url, { method: "POST", data, failed: this.texts.notSaved });
    toast(fill(this.texts.messageSent, { name: this.row.name }));
  }
}

export class CaseDialog extends FormDialog {
  constructor(context) {
    super("case-dialog", context);
  }

  onCase({ case: id, name, code }) {
    this.id = id;
    this.form.elements.comment.value = "";
    this.show(fill(this.texts.caseTitle, { name, code }));
  }

  async take(id) {
    await this.#post(id, "assign", {});
    toast(this.texts.caseTaken);
    this.changed();
  }

  async send(submitter) {
    const id = this.id;
    await this.#post(id, "close", { outcome: submitter.value, comment: this.form.elements.comment.value });
    const undo = () => this.#post(id, "reopen", {}).then(this.changed, (refusal) => toast(refusal.message));
    toast(fill(this.texts.caseClosed, { outcome: submitter.textContent }), { undo });
  }

  #post(id, act, data) {
    return api(`${this.dialog.dataset.url.replace("/0/", `/${id}/`)}${act}/`, { method: "POST", data, failed: this.texts.notSaved });
  }
}
