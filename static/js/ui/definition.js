// The `i` beside a number: its definition, formula, unit and version, fetched once.

import { place } from "./menu.js";
import { text } from "./strings.js";

const known = new Map();

async function load(url) {
  if (!known.has(url)) {
    const response = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    known.set(url, await response.text());
  }
  return known.get(url);
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest(".info[data-url]") : null;
  const popover = document.getElementById("definition");
  if (!button || !popover) return;
  event.preventDefault();
  try {
    popover.innerHTML = await load(button.dataset.url);
  } catch {
    popover.textContent = text("definitionFailed");
  }
  popover.showPopover({ source: button });
  place(popover, button);
  button.setAttribute("aria-expanded", "true");
  popover.addEventListener("toggle", () => button.setAttribute("aria-expanded", "false"), { once: true });
});
