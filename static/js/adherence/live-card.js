// An agent's card, beside the list: opened by click or Enter, drawn by the server.

import { placeTimelines } from "./timeline.js";

export class AgentCard {
  constructor(url) {
    this.url = url;
    this.agent = 0;
    this.dialog = document.getElementById("agent-card");
    this.body = this.dialog.querySelector("[data-card-body]");
  }

  async open(agent) {
    this.agent = agent;
    await this.refresh();
    if (!this.dialog.open) this.dialog.showModal();
    placeTimelines(this.body);
  }

  get isOpen() {
    return this.dialog.open;
  }

  async refresh() {
    const url = this.url.replace("/0/", `/${this.agent}/`);
    await window.htmx.ajax("GET", url, { target: this.body, swap: "innerHTML" });
  }
}
