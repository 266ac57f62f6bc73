// Asks for the reason of a shift or of a short interval, when one is picked in the grid.

const WAIT = 250;

function ask(panel, url, fields) {
  const query = new URLSearchParams(fields);
  window.htmx.ajax("GET", `${url}?${query}`, { target: "#why-answer", swap: "innerHTML" });
}

function listen(panel) {
  const grid = document.querySelector("[data-schedule-grid]");
  if (!grid) return;
  let waiting = 0;
  // Walking over shifts with the arrows asks once, where it stops.
  const soon = (work) => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(work, WAIT);
  };
  grid.addEventListener("schedule-shift", ({ detail }) => soon(() => ask(panel, panel.dataset.dayUrl, { agent: detail.agent, date: detail.date })));
  grid.addEventListener("schedule-interval", ({ detail }) => soon(() => ask(panel, panel.dataset.intervalUrl, { queue: detail.queue, at: detail.at })));
}

for (const panel of document.querySelectorAll("[data-why]")) listen(panel);
