// Asks for the marks beside the rows: every ten seconds, and at once after an act of one's own. The
// server answers 304 while nothing has changed.

const EVERY_MS = 10_000;

export class MarksFeed extends EventTarget {
  constructor(url) {
    super();
    Object.assign(this, { url, etag: "", asking: null });
  }

  start() {
    setInterval(() => { if (!document.hidden) this.refresh(); }, EVERY_MS);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.refresh(); });
  }

  refresh() {
    this.asking ??= this.#ask().finally(() => { this.asking = null; });
    return this.asking;
  }

  async #ask() {
    const headers = { Accept: "application/json" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    try {
      const response = await fetch(this.url, { credentials: "same-origin", headers });
      if (!response.ok) return;
      this.etag = response.headers.get("ETag") ?? "";
      this.dispatchEvent(new CustomEvent("marks", { detail: await response.json() }));
    } catch {
      // The rows' own status says that there is no connection; the next question may succeed.
    }
  }
}
