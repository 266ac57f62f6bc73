// Lays the lanes of an agent's day out: every element with data-from/data-to or data-at gets its
// place between the ends of the timeline. Redone when the part of the page is replaced.

function place(timeline) {
  const from = Number(timeline.dataset.from);
  const length = Number(timeline.dataset.to) - from;
  const share = (moment) => `${(100 * (Number(moment) - from)) / length}%`;
  for (const element of timeline.querySelectorAll("[data-at]")) element.style.insetInlineStart = share(element.dataset.at);
  for (const bar of timeline.querySelectorAll("[data-from]")) {
    bar.style.insetInlineStart = share(bar.dataset.from);
    bar.style.inlineSize = `${(100 * (Number(bar.dataset.to) - Number(bar.dataset.from))) / length}%`;
  }
}

export function placeTimelines(root = document) {
  for (const timeline of root.querySelectorAll("[data-timeline]")) place(timeline);
}

placeTimelines();
document.addEventListener("htmx:afterSettle", (event) => placeTimelines(event.target));
