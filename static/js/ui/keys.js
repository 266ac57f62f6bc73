// Keys of every page. A page adds its own by registerKey(); `?` lists both.

import { openPalette } from "./palette.js";

const own = new Map();
let leader = 0;

export function registerKey(key, description, act) {
  own.set(key, act);
  const list = document.querySelector("[data-keys]");
  if (!list) return;
  const name = document.createElement("dt");
  for (const part of key.split("+")) {
    const cap = document.createElement("kbd");
    cap.textContent = part;
    name.append(cap, " ");
  }
  const words = document.createElement("dd");
  words.textContent = description;
  list.append(name, words);
}

const typing = (target) => target instanceof Element && target.matches("input, textarea, select, [contenteditable], [contenteditable] *");

function goTo(key) {
  const links = [...document.querySelectorAll(".rail__link")];
  const link = key === "t" ? links[0] : links[Number(key) - 1];
  link?.click();
}

const name = (event) => [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.key.length > 1 && event.shiftKey ? "Shift" : "", event.key]
  .filter(Boolean).join("+");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (leader && Date.now() - leader < 1500 && /^[t1-9]$/.test(event.key)) {
    leader = 0;
    goTo(event.key);
    return;
  }
  leader = event.key === "g" && !event.ctrlKey && !event.altKey ? Date.now() : 0;
  const act = own.get(name(event));
  if (act) {
    event.preventDefault();
    act(event);
  } else if (event.key === "/") {
    event.preventDefault();
    openPalette();
  } else if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  }
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-open-palette]")) openPalette();
  if (event.target.closest("[data-open-keys]")) document.getElementById("keys")?.showModal();
});
