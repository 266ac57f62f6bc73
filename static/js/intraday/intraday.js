// Keys of the day in hand: from risk to risk, from queue to queue, and to its other pages.

import { registerKey } from "../ui/keys.js";

for (const link of document.querySelectorAll("[data-go-key]")) {
  registerKey(link.dataset.goKey, link.dataset.goText, () => link.click());
}

const words = document.getElementById("intraday-keys");

function step(selector, by) {
  const links = [...document.querySelectorAll(selector)];
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by;
  links[Math.min(Math.max(next, 0), links.length - 1)].focus();
}

if (words) {
  registerKey("j", words.dataset.nextRisk, () => step("[data-risk]", 1));
  registerKey("k", words.dataset.previousRisk, () => step("[data-risk]", -1));
  registerKey("n", words.dataset.nextQueue, () => step("[data-queue]", 1));
  registerKey("u", words.dataset.previousQueue, () => step("[data-queue]", -1));
}

// The table of intervals opens at the one under way, with the hour before it in sight.
const underWay = document.querySelector("tr.intraday-now");
const box = underWay?.closest(".table-scroll");
if (box) box.scrollTop = Math.max(underWay.offsetTop - 5 * underWay.offsetHeight, 0);
