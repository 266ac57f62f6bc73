// What every page needs; charts only where there are any.

import "./definition.js";
import "./forget.js";
import "./keys.js";
import "./menu.js";
import "./theme.js";
import "./toast.js";
import { enhanceTables } from "./table.js";

async function enhance(root) {
  enhanceTables(root);
  if (root.querySelector("[data-chart]") || (root instanceof Element && root.matches("[data-chart]"))) {
    const { mountCharts } = await import("./chart.js");
    mountCharts(root);
  }
}

enhance(document);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) enhance(event.detail.elt);
});
