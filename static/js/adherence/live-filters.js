// Filters and order live in the address, so that a link shows the same list.

import { parseSort } from "./live-rank.js";

const NAMES = ["show", "flag", "state", "impact", "place", "tag"];

export class Filters {
  constructor({ data, changed }) {
    this.form = document.querySelector("[data-live-filters]");
    this.table = document.querySelector("[data-live-table]");
    this.chosen = data.filters;
    this.sort = parseSort(data.sort);
    this.changed = changed;
    this.form.addEventListener("change", () => this.#choose());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.table.tHead.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-live-sort]") : null;
      if (button) this.#sortBy(button.dataset.liveSort);
    });
    this.#showSort();
  }

  // Tags that are new today can be chosen at once.
  offerTags(notes) {
    const select = this.form.elements.tag;
    const known = new Set([...select.options].map((option) => option.value));
    for (const tag of Object.values(notes).flatMap((note) => note.tags)) {
      if (known.has(tag)) continue;
      known.add(tag);
      select.append(new Option(tag));
      document.getElementById("known-tags")?.append(new Option(tag));
    }
  }

  #choose() {
    const values = new FormData(this.form);
    for (const name of NAMES) {
      this.chosen = { ...this.chosen, [name]: values.get(name) ?? "" };
      this.#write(name, values.get(name));
    }
    this.changed();
  }

  #sortBy(column) {
    const isSame = this.sort.column === column;
    this.sort = { column, down: isSame && !this.sort.down };
    this.#write("sort", column === "cost" && !this.sort.down ? "" : `${this.sort.down ? "-" : ""}${column}`);
    this.#showSort();
    this.changed();
  }

  #write(name, value) {
    const address = new URL(window.location.href);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    window.history.replaceState(null, "", address);
  }

  #showSort() {
    for (const button of this.table.tHead.querySelectorAll("[data-live-sort]")) {
      const isChosen = button.dataset.liveSort === this.sort.column;
      const heading = button.closest("th");
      if (isChosen) heading.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
  }
}
