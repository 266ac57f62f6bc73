// Tells a screen reader what is new at the top, seldom: one sentence in half a minute at most.

import { impactWords } from "./live-impact.js";
import { fill } from "./live-rows.js";

const SELDOM_MS = 30_000;

export class LiveNews {
  constructor(data, texts) {
    Object.assign(this, { data, texts, known: null, saidAt: 0, element: document.querySelector("[data-live-news]") });
  }

  see(rows, marks) {
    const costly = rows.filter((row) => marks.costOf(row) > 0);
    const fresh = this.known ? costly.find((row) => !this.known.has(row.agent_id)) : null;
    if (fresh && Date.now() - this.saidAt < SELDOM_MS) return;
    this.known = new Set(costly.map((row) => row.agent_id));
    if (!fresh) return;
    this.saidAt = Date.now();
    this.element.textContent = fill(this.texts.news, {
      name: fresh.name, flag: this.data.flags[fresh.flag].label, impact: impactWords(marks.impactOf(fresh), this.texts),
    });
  }
}
