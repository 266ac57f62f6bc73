// Says how the page is kept up to date, and when it is not.

import { fill } from "./live-rows.js";

export function showStatus({ store, texts, clock }) {
  const element = document.querySelector("[data-live-status]");
  const say = () => {
    element.dataset.status = store.status;
    element.textContent = fill(texts[store.status], { time: clock(store.heardAt) });
  };
  store.addEventListener("status", say);
  say();
}
