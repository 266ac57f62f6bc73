// Which rows are shown and in what order: the same rules as adherence/views/live_list.py.

const ABSENT = ["OFFLINE", "UNKNOWN"];
const SHOW = {
  now: (row) => row.planned !== null || !ABSENT.includes(row.state_group) || row.severity > 0,
  out: (row) => row.severity > 0,
  all: () => true,
};

export function isShown(row, filters, marks) {
  return SHOW[filters.show](row)
    && (!filters.state || filters.state === row.state_group)
    && (!filters.flag || filters.flag === row.flag)
    && (!filters.place || filters.place === row.place)
    && (!filters.queue || filters.queue === row.queue_id)
    && (!filters.impact || filters.impact === marks.impactOf(row)?.sign)
    && (!filters.tag || marks.noteOf(row).tags.includes(filters.tag));
}

const time = (moment) => (moment ? Date.parse(moment) : Infinity);

// A row is replaced when it changes: since when is read once for each.
const sinces = new WeakMap();

function sinceOf(row) {
  let found = sinces.get(row);
  if (found === undefined) {
    found = time(row.flag_since);
    sinces.set(row, found);
  }
  return found;
}
const lower = (one, other) => (one === other ? 0 : one < other ? -1 : 1);

// What costs service most first; of two alike the worse, then the one that has lasted longer.
function byCost(one, other) {
  return other.cost - one.cost
    || other.row.severity - one.row.severity
    || lower(one.since, other.since)
    || one.row.agent_id - other.row.agent_id;
}

const COLUMNS = {
  name: (one, other) => lower(one.row.sort_key, other.row.sort_key),
  flag: (one, other) => other.row.severity - one.row.severity || lower(one.row.flag, other.row.flag),
  for: (one, other) => lower(one.since, other.since),
  planned: (one, other) => lower(one.row.planned?.name ?? "\uffff", other.row.planned?.name ?? "\uffff"),
  state: (one, other) => lower(one.row.state_group, other.row.state_group) || lower(one.row.state?.name ?? "", other.row.state?.name ?? ""),
  next: (one, other) => lower(time(one.row.next_starts_at), time(other.row.next_starts_at)),
  place: (one, other) => lower(one.row.place || "\uffff", other.row.place || "\uffff"),
};

export function parseSort(text) {
  const column = text.replace(/^-/, "");
  return column in COLUMNS || column === "cost" ? { column, down: text.startsWith("-") } : { column: "cost", down: false };
}

export function ranked(rows, marks, sort = { column: "cost", down: false }) {
  const keyed = rows.map((row) => ({ row, cost: marks.costOf(row), since: sinceOf(row) }));
  const chosen = COLUMNS[sort.column] ?? byCost;
  const sign = sort.down ? -1 : 1;
  keyed.sort((one, other) => sign * chosen(one, other) || byCost(one, other));
  return keyed.map((item) => item.row);
}
