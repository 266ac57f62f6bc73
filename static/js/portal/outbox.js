// Taps wait here, in the device's storage, until the server has said that it has them. Each keeps
// the device's time of the tap; the server learns the device's time of sending, too, and so knows
// how long ago the tap was, whatever the clock says.

const RETRY_MS = [2000, 4000, 8000, 15000, 30000];

export const Trouble = { none: "", offline: "offline", loggedOut: "logged-out" };

function newUid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox extends EventTarget {
  constructor({ key, url, token }) {
    super();
    Object.assign(this, { key, url, token, trouble: Trouble.none, sending: false, failures: 0, timer: 0, memory: [] });
    window.addEventListener("online", () => this.flush());
    window.addEventListener("storage", (event) => { if (event.key === key) this.#changed(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.flush(); });
  }

  get taps() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "[]");
    } catch {
      return this.memory;
    }
  }

  add({ code, name }) {
    const tap = { uid: newUid(), code, name, tapped_at: new Date().toISOString() };
    this.#keep([...this.taps, tap]);
    this.flush();
    return tap;
  }

  // One sender at a time, also with the page open twice.
  async flush() {
    if (this.sending || this.taps.length === 0) return;
    this.sending = true;
    clearTimeout(this.timer);
    try {
      const send = () => this.#send();
      if (navigator.locks) await navigator.locks.request(this.key, send);
      else await send();
    } finally {
      this.sending = false;
    }
    if (this.taps.length > 0 && this.trouble !== Trouble.loggedOut) {
      this.timer = setTimeout(() => this.flush(), RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
    }
    this.#changed();
  }

  async #send() {
    const taps = this.taps.slice(0, 200);
    if (taps.length === 0) return;
    const sentAt = Date.now();
    const answer = await this.#post(taps).catch(() => null);
    if (answer === null) {
      this.failures += 1;
      this.trouble = Trouble.offline;
      return;
    }
    if (answer === Trouble.loggedOut) {
      this.trouble = Trouble.loggedOut;
      return;
    }
    this.failures = 0;
    this.trouble = Trouble.none;
    const settled = new Set(answer.results.map((result) => result.uid));
    this.#keep(this.taps.filter((tap) => !settled.has(tap.uid)));
    const offsetMs = Date.parse(answer.server_now) - (sentAt + Date.now()) / 2;
    const results = answer.results.map((result) => ({ ...result, tap: taps.find((tap) => tap.uid === result.uid) }));
    this.dispatchEvent(new CustomEvent("settled", { detail: { results, offsetMs } }));
  }

  async #post(taps) {
    const response = await fetch(this.url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({
        device_now: new Date().toISOString(),
        taps: taps.map(({ uid, code, tapped_at }) => ({ uid, code, tapped_at })),
      }),
    });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    if (response.redirected || response.status === 401 || response.status === 403) return Trouble.loggedOut;
    if (!response.ok || !isJson) throw new Error(`The server answered ${response.status}.`);
    return response.json();
  }

  #keep(taps) {
    this.memory = taps;
    try {
      localStorage.setItem(this.key, JSON.stringify(taps));
    } catch {
      // Storage is full or forbidden: the taps live as long as the page.
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
