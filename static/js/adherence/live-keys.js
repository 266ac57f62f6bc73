// The list by keyboard: arrows walk the agents, Enter opens the card, a letter each acts.

import { registerKey } from "../ui/keys.js";

export class ListKeys {
  constructor({ body, texts, rowOf, acts, card }) {
    Object.assign(this, { body, texts, rowOf, acts, card });
  }

  start() {
    this.body.addEventListener("keydown", (event) => this.#walk(event));
    // Arrows belong to the list only while it has the focus: elsewhere they scroll the page.
    registerKey("ArrowDown", this.texts.keyNext, null);
    registerKey("ArrowUp", this.texts.keyPrevious, null);
    registerKey("j", this.texts.keyNext, () => this.#move(1));
    registerKey("k", this.texts.keyPrevious, () => this.#move(-1));
    registerKey("Enter", this.texts.keyCard, null);
    registerKey("e", this.texts.keyException, () => this.#act("approve"));
    registerKey("n", this.texts.keyNote, () => this.#act("note"));
    registerKey("m", this.texts.keyMessage, () => this.#act("message"));
  }

  #walk(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const ends = { Home: 0, End: -1 };
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key in steps) this.#move(steps[event.key]);
    else if (event.key in ends) this.#focus([...this.body.rows].at(ends[event.key]));
    else return;
    event.preventDefault();
  }

  get #current() {
    return this.body.contains(document.activeElement) ? document.activeElement.closest("tr") : null;
  }

  #move(step) {
    const current = this.#current;
    const next = step > 0 ? current?.nextElementSibling : current?.previousElementSibling;
    this.#focus(current ? next : this.body.rows[0]);
  }

  #focus(row) {
    const link = row?.querySelector("a[data-card]");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  }

  #act(name) {
    const element = this.#current ?? this.body.rows[0];
    const row = element && this.rowOf(element);
    if (row) this.acts[name](row);
  }
}
