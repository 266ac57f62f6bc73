// The calculator: a slider beside each number; the server answers while they move.

import { updateChart } from "../ui/chart.js";

const WAIT_MS = 60;
// Least, most and step of each slider; the number beside it may go beyond.
const RANGES = {
  offered: [0, 1000, 1],
  aht_seconds: [15, 1800, 5],
  patience_seconds: [5, 900, 5],
  level: [50, 99, 1],
  threshold_seconds: [0, 300, 5],
  max_occupancy_rate: [50, 100, 1],
  shrinkage_rate: [0, 60, 1],
  concurrency: [1, 6, 1],
};

class Calculator {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("[data-knobs]");
    this.answer = root.querySelector(".staffing-answer");
    this.error = root.querySelector("[data-error]");
    this.rows = root.querySelector("[data-rows]");
    this.request = null;
    this.timer = 0;
    for (const knob of root.querySelectorAll("[data-knob]")) this.addSlider(knob);
    this.form.addEventListener("input", () => this.ask());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  addSlider(knob) {
    const range = RANGES[knob.dataset.knob];
    const number = knob.querySelector("input");
    if (!range || !number) return;
    const slider = document.createElement("input");
    slider.type = "range";
    [slider.min, slider.max, slider.step] = range;
    slider.setAttribute("aria-label", knob.querySelector("label").textContent);
    const follow = () => {
      if (number.value !== "") slider.value = number.value;
    };
    follow();
    slider.addEventListener("input", () => {
      number.value = slider.value;
    });
    number.addEventListener("input", follow);
    number.before(slider);
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), WAIT_MS);
  }

  async fetch() {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const query = new URLSearchParams(new FormData(this.form));
    for (const [name, value] of [...query]) if (value === "" && name === "agents") query.delete(name);
    history.replaceState(null, "", `?${query}`);
    this.answer.classList.add("is-waiting");
    try {
      const response = await fetch(`${this.root.dataset.url}?${query}`, { signal: request.signal, headers: { Accept: "application/json" } });
      const found = await response.json();
      if (response.ok) this.show(found);
      else this.refuse(found.error);
    } catch (problem) {
      if (problem.name !== "AbortError") this.refuse(String(problem.message));
    } finally {
      if (this.request === request) this.answer.classList.remove("is-waiting");
    }
  }

  show(found) {
    this.error.hidden = true;
    for (const output of this.root.querySelectorAll("[data-out]")) output.textContent = found[output.dataset.out];
    this.rows.replaceChildren(...found.rows.map((row) => this.row(row)));
    updateChart("curve-chart", found.chart);
  }

  row(values) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    const change = document.createElement("span");
    change.className = "muted";
    change.textContent = values.change;
    head.append(`${values.agents} `, change);
    row.append(head);
    for (const name of ["service_level", "asa", "abandonment", "occupancy"]) {
      const cell = document.createElement("td");
      cell.className = "num";
      cell.textContent = values[name];
      row.append(cell);
    }
    const verdict = document.createElement("td");
    verdict.textContent = values.meets ? this.rows.dataset.meets : this.rows.dataset.misses;
    row.append(verdict);
    return row;
  }

  refuse(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = false;
  }
}

for (const root of document.querySelectorAll("[data-calculator]")) new Calculator(root);
