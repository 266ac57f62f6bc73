// One row of the list: cells are written only where their words change.

import { impactLetter, impactTone, impactWords } from "./live-impact.js";
import { fill } from "./live-rows.js";

export function setText(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

function tags(cell, note, texts) {
  const words = note.count === 0 ? [] : [note.count === 1 ? texts.oneNote : fill(texts.notes, { count: note.count }), ...note.tags];
  const key = words.join("\n");
  if ((cell.dataset.key ?? null) === key) return;
  cell.dataset.key = key;
  cell.replaceChildren(...words.map((word, index) => {
    const badge = document.createElement("span");
    badge.className = `badge badge--${index === 0 ? "outline" : "accent"}`;
    badge.textContent = word;
    return badge;
  }));
}

export function fillRow(element, row, { data, texts, clock, marks }) {
  const cell = (name) => element.querySelector(`[data-cell="${name}"]`);
  element.dataset.agent = row.agent_id;
  element.className = row.severity > 0 ? "live-row--out" : "";
  setText(cell("name"), row.name);
  cell("name").href = data.agent_url.replace("/0/", `/${row.agent_id}/`);
  setText(cell("team"), row.team);
  tags(cell("notes"), marks.noteOf(row), texts);
  const style = data.flags[row.flag];
  cell("flag").className = `badge${style.tone ? ` badge--${style.tone}` : ""}`;
  setText(cell("flag").querySelector(".badge__letter"), style.letter);
  setText(cell("flag").querySelector("[data-part]"), style.label);
  const impact = marks.impactOf(row);
  cell("impact").className = `badge${impactTone(impact) ? ` badge--${impactTone(impact)}` : ""}`;
  setText(cell("impact").querySelector(".badge__letter"), impactLetter(impact));
  setText(cell("impact").querySelector("[data-part]"), impactWords(impact, texts));
  setText(cell("queue"), row.queue || (impact ? marks.queueOf(row)?.name ?? "" : ""));
  setText(cell("planned"), row.planned?.name ?? "–");
  setText(cell("planned-letter"), row.planned?.letter ?? "");
  cell("planned-letter").className = `live-code__letter act ${row.planned?.color ?? ""}`;
  setText(cell("planned-until"), row.planned_until ? fill(texts.until, { time: clock(row.planned_until) }) : "");
  cell("state").className = `state state--${row.state_group.toLowerCase()}`;
  setText(cell("state").querySelector("[data-part]"), row.state_group === "UNKNOWN" ? data.groups.UNKNOWN : row.state?.name ?? texts.clockedOut);
  setText(cell("state-since"), row.state_since ? fill(texts.since, { time: clock(row.state_since) }) : "");
  setText(cell("next"), row.next?.name ?? "–");
  setText(cell("next-at"), clock(row.next_starts_at));
  setText(cell("place"), row.place ? data.places[row.place] : "–");
  const button = cell("approve");
  if (button) button.hidden = row.severity === 0;
}
