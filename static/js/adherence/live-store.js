// Keeps live rows as the server has them. By server-sent events; where they cannot be had, by asking
// every two seconds for what has changed. Either way the cursor says how far we are, so that a
// change between two ways is not lost. An open stream proves nothing: the server says when it hears
// of no changes any more (we ask by ourselves), and when nobody keeps the rows (we say so).

const POLL_MS = 2000;
const SILENCE_MS = 5000;
const TRY_STREAM_AGAIN_MS = 60_000;

export class LiveStore extends EventTarget {
  constructor({ rows, cursor, stream_url: streamUrl, rows_url: rowsUrl }) {
    super();
    Object.assign(this, { cursor, streamUrl, rowsUrl, status: "connecting", heardAt: Date.now(), polling: 0, asking: null, isConnected: true, isKept: true });
    this.rows = new Map(rows.map((row) => [row.agent_id, row]));
  }

  get list() {
    return [...this.rows.values()];
  }

  start() {
    this.#open();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.catchUp(); });
    window.addEventListener("online", () => this.catchUp());
  }

  #open() {
    const stream = new EventSource(this.streamUrl, { withCredentials: true });
    const patience = setTimeout(() => this.#poll(), SILENCE_MS);
    stream.addEventListener("hello", async () => {
      clearTimeout(patience);
      this.isConnected = true;
      if (await this.catchUp()) this.#live();
    });
    stream.addEventListener("state", (event) => this.#become(JSON.parse(event.data)));
    stream.addEventListener("rows", (event) => {
      const { rows, cursor } = JSON.parse(event.data);
      this.#apply(rows);
      this.cursor = cursor;
      this.#live();
    });
    stream.addEventListener("reset", () => this.catchUp());
    stream.addEventListener("gone", () => window.location.reload());
    stream.addEventListener("error", () => {
      clearTimeout(patience);
      this.#poll();
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), TRY_STREAM_AGAIN_MS);
    });
  }

  async #become({ is_connected: isConnected, is_kept: isKept, kept_at: keptAt }) {
    Object.assign(this, { isConnected, isKept });
    if (!isKept && keptAt) this.heardAt = Date.parse(keptAt);
    if (!isConnected) this.#poll();
    else if (await this.catchUp()) this.#live();
  }

  #live() {
    if (!this.isConnected) return;
    clearInterval(this.polling);
    this.polling = 0;
    this.#say("live");
  }

  #poll() {
    if (this.polling) return;
    this.polling = setInterval(() => this.catchUp(), POLL_MS);
    this.catchUp();
  }

  // Ask for what has changed since the cursor; true when the server answered.
  catchUp() {
    this.asking ??= this.#ask().finally(() => { this.asking = null; });
    return this.asking;
  }

  async #ask() {
    const url = new URL(this.rowsUrl, window.location.href);
    url.searchParams.set("since", this.cursor);
    try {
      const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (response.status === 401 || response.status === 403) window.location.reload();
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      const answer = await response.json();
      if (answer.is_complete) this.rows.clear();
      this.cursor = answer.cursor;
      this.isKept = answer.is_kept ?? this.isKept;
      this.#apply(answer.rows);
      if (this.polling) this.#say("polling");
      return true;
    } catch {
      this.#say("offline");
      return false;
    }
  }

  // An older version of a row never replaces a newer one, whichever way it came.
  #apply(rows) {
    for (const row of rows) {
      const known = this.rows.get(row.agent_id);
      if (!known || row.version >= known.version) this.rows.set(row.agent_id, row);
    }
    this.dispatchEvent(new Event("change"));
  }

  #say(way) {
    const status = this.isKept || way === "offline" ? way : "stale";
    if (["live", "polling"].includes(status)) this.heardAt = Date.now();
    if (status === this.status) return;
    this.status = status;
    this.dispatchEvent(new Event("status"));
  }
}
