// Asks for the reason of a shift or of a short interval that is picked in the grid, while the panel is open.

const WAIT = 250;

function ask(url, fields, target) {
  const query = new URLSearchParams(fields);
  window.htmx.ajax("GET", `${url}?${query}`, { target, swap: "innerHTML" });
}

function listen(panel) {
  const grid = document.querySelector("[data-schedule-grid]");
  if (!grid) return;
  let waiting = 0;
  let picked = null;
  // Walking over shifts with the arrows asks once, where it stops.
  const soon = (work) => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(work, WAIT);
  };
  const askDay = () => { if (panel.open && picked) ask(panel.dataset.dayUrl, picked, "#why-answer"); };
  panel.addEventListener("toggle", () => {
    if (!panel.open) return;
    ask(panel.dataset.shortestUrl, {}, "#why-shortest");
    soon(askDay);
  });
  grid.addEventListener("schedule-shift", ({ detail }) => {
    picked = { agent: detail.agent, date: detail.date };
    soon(askDay);
  });
  grid.addEventListener("schedule-interval", ({ detail }) => {
    picked = null;
    panel.open = true;
    soon(() => ask(panel.dataset.intervalUrl, { queue: detail.queue, at: detail.at }, "#why-answer"));
  });
}

for (const panel of document.querySelectorAll("[data-why]")) listen(panel);
