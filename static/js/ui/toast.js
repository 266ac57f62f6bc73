// Short notes at the corner, with an undo where the act can be undone.

import { text } from "./strings.js";

const SECONDS = 8;

export function toast(message, { undo = null } = {}) {
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.className = "toast__text";
  words.textContent = message;
  box.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast__undo";
    button.textContent = text("undo");
    button.addEventListener("click", () => {
      box.remove();
      undo();
    });
    box.append(button);
  }
  document.getElementById("toasts")?.append(box);
  let timer = setTimeout(() => box.remove(), SECONDS * 1000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("focusin", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => { timer = setTimeout(() => box.remove(), SECONDS * 1000); });
  return box;
}

// Servers ask for a toast by the header HX-Trigger: {"toast": {"message": "…", "undoUrl": "…"}}.
document.addEventListener("toast", (event) => {
  const { message, undoUrl } = event.detail;
  const undo = undoUrl ? () => window.htmx.ajax("POST", undoUrl, { swap: "none" }) : null;
  toast(message, { undo });
});

let lastFailure = 0;

function failure(message) {
  if (Date.now() - lastFailure < 10_000) return; // a poll that fails says so once, not each second
  lastFailure = Date.now();
  toast(message);
}

// A poll nobody asked for and nobody misses, such as the bell's, fails in silence.
const isQuiet = (event) => event.detail.elt?.closest("[data-quiet-poll]");

document.addEventListener("htmx:sendError", (event) => {
  if (!isQuiet(event)) failure(text("requestFailed"));
});
document.addEventListener("htmx:responseError", (event) => {
  if (isQuiet(event)) return;
  const { status } = event.detail.xhr;
  failure(status === 401 ? text("loggedOut") : text("requestRefused", { status }));
});
