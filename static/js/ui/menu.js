// Menus are popovers: placed under their button, walked with the arrow keys.

const GAP = 4;
const EDGE = 8;

export function place(popover, anchor) {
  const at = anchor.getBoundingClientRect();
  const box = popover.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - box.width - EDGE);
  const below = at.bottom + GAP;
  const fits = below + box.height <= innerHeight - EDGE || at.top < box.height + EDGE;
  popover.style.left = `${Math.max(EDGE, left)}px`;
  popover.style.top = `${fits ? below : at.top - box.height - GAP}px`;
}

document.addEventListener("toggle", (event) => {
  const popover = event.target;
  if (!(popover instanceof HTMLElement) || !popover.matches(".menu[popover]")) return;
  const anchor = document.querySelector(`[popovertarget="${popover.id}"]`);
  const open = event.newState === "open";
  anchor?.setAttribute("aria-expanded", String(open));
  if (open && anchor) place(popover, anchor);
  if (open && popover.matches("[data-menu]")) popover.querySelector("a, button, select, input:not([type=hidden])")?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element ? event.target.closest("[data-menu]") : null;
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.matches("select, input")) return;
  const items = [...menu.querySelectorAll(".menu__item")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  event.target.closest("[data-dismiss]")?.closest(event.target.closest("[data-dismiss]").dataset.dismiss)?.remove();
  if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
  if (event.target.matches("dialog")) event.target.close();
});

document.addEventListener("change", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
});
