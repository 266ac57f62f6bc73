// Tables marked data-table: sort by heading, filter rows, copy as cells, download as CSV.
// Cells may carry data-value where what is read differs from what sorts.

import { language, text } from "./strings.js";
import { toast } from "./toast.js";

const ENOUGH_ROWS_TO_FILTER = 12;
const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const enhanced = new WeakSet();

const plain = (cell) => (cell?.dataset.value ?? cell?.textContent ?? "").trim();

function numeric(value) {
  const cleaned = value.replaceAll(",", "").replace("\u2212", "-").replace(/[\s\u202f%].*$/, "");
  return cleaned !== "" && Number.isFinite(Number(cleaned)) ? Number(cleaned) : null;
}

function compare(first, second) {
  const [a, b] = [plain(first), plain(second)];
  const [empty, other] = [a === "" || a === "–", b === "" || b === "–"];
  if (empty || other) return Number(empty) - Number(other);
  const [x, y] = [numeric(a), numeric(b)];
  return x !== null && y !== null ? x - y : collator.compare(a, b);
}

function sortBy(table, heading) {
  const index = heading.cellIndex;
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => compare(a.cells[index], b.cells[index]) * (descending ? -1 : 1));
  body.append(...rows);
}

function makeSortable(table) {
  const headings = table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? [];
  for (const heading of headings) {
    if (heading.dataset.sort === "off" || !heading.textContent.trim() || heading.querySelector("button, input, a")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "table__sort";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading));
    heading.append(button);
  }
}

// What a spreadsheet reads: plain minus, no thin spaces, no grouping commas in numbers.
function exported(cell) {
  const shown = (cell.dataset.export ?? cell.innerText).replace(/\s+/g, " ").trim();
  if (shown === "–") return "";
  const value = numeric(shown);
  if (value === null || !/^[+\u2212-]?[\d,.\s\u202f%]+$/.test(shown)) return shown;
  return shown.includes("%") ? String(Number((value / 100).toPrecision(12))) : String(value);
}

function rowsOf(table) {
  return [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map(exported));
}

// A cell that begins like a formula is quoted, so that no spreadsheet runs it.
const guarded = (value) => (/^[=+@\t\r]|^-(?![\d.]+$)/.test(value) ? `'${value}` : value);

async function copy(table) {
  await navigator.clipboard.writeText(rowsOf(table).map((row) => row.map(guarded).join("\t")).join("\n"));
  toast(text("copied"));
}

function download(table) {
  const quoted = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const csv = rowsOf(table).map((row) => row.map((value) => quoted(guarded(value))).join(",")).join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" }));
  link.download = `${(table.dataset.name || document.title).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function filterBox(table) {
  const box = document.createElement("input");
  box.type = "search";
  box.className = "table-tools__filter";
  box.placeholder = text("filter");
  box.setAttribute("aria-label", text("filter"));
  const status = document.createElement("span");
  status.className = "muted";
  status.setAttribute("role", "status");
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) row.hidden = wanted !== "" && !row.textContent.toLocaleLowerCase().includes(wanted);
    const shown = rows.filter((row) => !row.hidden).length;
    status.textContent = wanted ? text("showing", { shown, total: rows.length }) : "";
  });
  return [box, status];
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--quiet button--small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

// A panel with one table carries the tools in its own head.
function headFor(table) {
  const panel = table.closest(".panel");
  const head = panel?.querySelector(":scope > .panel__head");
  return head && panel.querySelectorAll("table[data-table]").length === 1 ? head : null;
}

export function enhanceTable(table) {
  if (enhanced.has(table) || !table.tBodies.length) return;
  enhanced.add(table);
  makeSortable(table);
  if (table.dataset.tools === "off") return;
  const tools = document.createElement("div");
  tools.className = "table-tools";
  if (table.tBodies[0].rows.length >= ENOUGH_ROWS_TO_FILTER && table.dataset.filter !== "off") tools.append(...filterBox(table));
  tools.append(button(text("copy"), () => copy(table)), button(text("download"), () => download(table)));
  const head = headFor(table);
  if (head) head.append(tools);
  else (table.closest(".table-scroll") ?? table).before(tools);
}

export function enhanceTables(root = document) {
  if (root instanceof HTMLTableElement && "table" in root.dataset) enhanceTable(root);
  for (const table of root.querySelectorAll("table[data-table]")) enhanceTable(table);
  for (const scroll of root.querySelectorAll(".table-scroll:not([tabindex])")) scroll.tabIndex = 0;
}
