// Ctrl+K or `/`: go to a page, queue, team or person by a few letters.

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const none = dialog?.querySelector("[role=status]");
let entries = [];
let chosen = 0;
let asked = 0;
let latest = Promise.resolve();

export function openPalette() {
  if (!dialog || dialog.open) return;
  input.value = "";
  dialog.showModal();
  latest = search();
}

async function search() {
  const turn = ++asked;
  const url = new URL(dialog.dataset.url, location.href);
  url.searchParams.set("q", input.value);
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (turn !== asked || !response.ok) return;
  entries = (await response.json()).results;
  chosen = 0;
  show();
}

function show() {
  list.replaceChildren(...entries.map((entry, index) => {
    const item = document.createElement("li");
    item.className = "palette__item";
    item.id = `palette-${index}`;
    item.role = "option";
    item.setAttribute("aria-selected", String(index === chosen));
    const label = document.createElement("span");
    label.textContent = entry.label;
    const kind = document.createElement("span");
    kind.className = "palette__kind";
    kind.textContent = entry.kind;
    item.append(label, kind);
    item.addEventListener("click", () => location.assign(entry.url));
    item.addEventListener("pointermove", () => { if (chosen !== index) move(index - chosen); });
    return item;
  }));
  none.hidden = entries.length > 0;
  mark();
}

function mark() {
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  if (entries.length) input.setAttribute("aria-activedescendant", `palette-${chosen}`);
  else input.removeAttribute("aria-activedescendant");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  if (!entries.length) return;
  chosen = (chosen + step + entries.length) % entries.length;
  mark();
}

// Who types fast and presses Enter means what is typed, not what was listed for half of it.
async function go() {
  await latest;
  if (entries[chosen]) location.assign(entries[chosen].url);
}

input?.addEventListener("input", () => { latest = search(); });
input?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") go();
  else return;
  event.preventDefault();
});
