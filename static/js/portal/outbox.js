// Taps wait here, in the device's storage, until the server has said that it has them. Each keeps
// its number, the device's time of the tap, and by how much the server's clock was ahead of it; the
// server learns the device's time of sending, too, and how long the page has run since the tap, and
// so knows how long ago the tap was, whatever the clock says, and also when it was set meanwhile.

const RETRY_MS = [2000, 4000, 8000, 15000, 30000];
const TIMEOUT_MS = 20_000;
const MOST_AT_ONCE = 200;
const TRY_LATER = new Set([408, 425, 429]);

export const Trouble = { none: "", offline: "offline", server: "server", loggedOut: "logged-out" };

// The server will not take what was sent, however often it is sent.
class Refused extends Error {}

function newUid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox extends EventTarget {
  constructor({ key, url, token }) {
    super();
    Object.assign(this, { key, url, token, trouble: Trouble.none, sending: false, failures: 0, timer: 0, memory: {}, lastNumber: 0, atOnce: MOST_AT_ONCE });
    this.clock = null;
    this.ages = new Map();
    window.addEventListener("pagehide", () => this.#keepAges());
    window.addEventListener("online", () => this.flush());
    window.addEventListener("storage", (event) => { if (event.key?.startsWith(key)) this.#changed(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#keepAges(); else this.flush(); });
    for (const tap of this.taps) this.#ageOf(tap);
  }

  get taps() {
    return this.#read(this.key);
  }

  // Taps that the server has refused, each with the reason; `isKept` where it keeps them aside itself.
  get refused() {
    return this.#read(`${this.key}.refused`);
  }

  putAway() {
    this.#write(`${this.key}.refused`, []);
  }

  sendAgain() {
    const again = this.refused.filter((tap) => !tap.isKept).map(({ reason: _reason, isKept: _isKept, ...tap }) => tap);
    this.#write(`${this.key}.refused`, this.refused.filter((tap) => tap.isKept));
    this.#keep([...again, ...this.taps].sort((one, other) => (one.number ?? 0) - (other.number ?? 0)));
    this.flush();
  }

  // What the server's clock says beside ours, as it is measured with each answer.
  measured(offsetMs) {
    this.clock = { offsetMs, at: Date.now(), ran: performance.now() };
  }

  add({ code, name }) {
    const at = Date.now();
    const tap = {
      uid: newUid(),
      code,
      name,
      number: this.#nextNumber(),
      tapped_at: new Date(at).toISOString(),
      clock_offset_ms: this.#offsetNow(),
      age_ms: 0,
      aged_at: at,
    };
    this.ages.set(tap.uid, { ageMs: 0, ran: performance.now() });
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
      const waitMs = this.trouble === Trouble.none ? 0 : RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
      this.timer = setTimeout(() => this.flush(), waitMs);
    }
    this.#changed();
  }

  async #send() {
    const taps = this.taps.slice(0, this.atOnce);
    if (taps.length === 0) return;
    const sentAt = Date.now();
    let answer;
    try {
      answer = await this.#post(taps);
    } catch (error) {
      if (error instanceof Refused) this.#refuse(taps, error.message);
      else this.#failed(error);
      return;
    }
    if (answer === Trouble.loggedOut) {
      this.trouble = Trouble.loggedOut;
      return;
    }
    this.failures = 0;
    this.trouble = Trouble.none;
    const settled = new Set(answer.results.map((result) => result.uid));
    const aside = answer.results.filter((result) => result.status === "quarantined");
    this.#setAside(aside.map(({ uid, reason }) => ({ ...taps.find((tap) => tap.uid === uid), reason, isKept: true })));
    this.#keep(this.taps.filter((tap) => !settled.has(tap.uid)));
    for (const uid of settled) this.ages.delete(uid);
    const offsetMs = Math.round(Date.parse(answer.server_now) - (sentAt + Date.now()) / 2);
    this.measured(offsetMs);
    const results = answer.results.map((result) => ({ ...result, tap: taps.find((tap) => tap.uid === result.uid) }));
    this.dispatchEvent(new CustomEvent("settled", { detail: { results, offsetMs } }));
  }

  // One tap among many may be what the server refuses: halves are tried until it stands alone.
  #refuse(taps, reason) {
    this.trouble = Trouble.none;
    if (taps.length > 1) {
      this.atOnce = Math.floor(taps.length / 2);
      return;
    }
    this.atOnce = MOST_AT_ONCE;
    this.#setAside(taps.map((tap) => ({ ...tap, reason, isKept: false })));
    this.#keep(this.taps.filter((tap) => tap.uid !== taps[0].uid));
    this.dispatchEvent(new CustomEvent("refused", { detail: { tap: taps[0], reason } }));
  }

  #failed(error) {
    this.#keepAges();
    this.failures += 1;
    this.trouble = error instanceof TypeError || error.name === "AbortError" ? Trouble.offline : Trouble.server;
  }

  // A connection that hangs is given up, so that it holds no later sending.
  async #post(taps) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(this.url, { ...this.#request(taps), signal: giveUp.signal });
      if (response.redirected || response.status === 401 || response.status === 403) return Trouble.loggedOut;
      const isJson = response.headers.get("Content-Type")?.includes("json");
      if (response.ok && isJson) return await response.json();
      const isRefused = response.status >= 400 && response.status < 500 && !TRY_LATER.has(response.status);
      if (!isRefused) throw new Error(`The server answered ${response.status}.`);
      const told = isJson ? await response.json() : {};
      throw new Refused(told.detail || `HTTP ${response.status}`);
    } finally {
      clearTimeout(timer);
    }
  }

  #request(taps) {
    return {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({
        device_now: new Date().toISOString(),
        taps: taps.map((tap) => ({
          uid: tap.uid,
          code: tap.code,
          tapped_at: tap.tapped_at,
          number: tap.number,
          age_ms: this.#ageOf(tap),
          clock_offset_ms: tap.clock_offset_ms ?? null,
        })),
      }),
    };
  }

  // How long ago a tap was by the time that this page ran. What went before, while no page ran, is
  // told by the clock alone.
  #ageOf(tap) {
    if (!this.ages.has(tap.uid)) {
      const gapMs = Math.max(0, Date.now() - (tap.aged_at ?? Date.parse(tap.tapped_at)));
      this.ages.set(tap.uid, { ageMs: (tap.age_ms ?? 0) + gapMs, ran: performance.now() });
    }
    const { ageMs, ran } = this.ages.get(tap.uid);
    return Math.round(ageMs + performance.now() - ran);
  }

  #keepAges() {
    const taps = this.taps;
    if (taps.length === 0) return;
    const at = Date.now();
    this.#keep(taps.map((tap) => ({ ...tap, age_ms: this.#ageOf(tap), aged_at: at })));
  }

  // The measured offset, unless the clock was set back after it was measured.
  #offsetNow() {
    if (this.clock === null) return null;
    const clockMs = Date.now() - this.clock.at;
    return clockMs < performance.now() - this.clock.ran - 1000 ? null : this.clock.offsetMs;
  }

  // Counts on, also after a reload and with the page open twice.
  #nextNumber() {
    const key = `${this.key}.number`;
    const highest = Math.max(this.lastNumber, ...this.taps.map((tap) => tap.number ?? 0));
    this.lastNumber = highest + 1;
    try {
      this.lastNumber = Math.max(this.lastNumber, Number(localStorage.getItem(key) ?? 0) + 1);
      localStorage.setItem(key, String(this.lastNumber));
    } catch {
      // Without storage, numbers count as long as the page lives.
    }
    return this.lastNumber;
  }

  #keep(taps) {
    this.#write(this.key, taps);
  }

  #setAside(taps) {
    if (taps.length > 0) this.#write(`${this.key}.refused`, [...this.refused, ...taps].slice(-MOST_AT_ONCE));
  }

  #read(key) {
    if (this.memory[key]) return this.memory[key];
    try {
      return JSON.parse(localStorage.getItem(key) ?? "[]");
    } catch {
      return [];
    }
  }

  #write(key, taps) {
    try {
      localStorage.setItem(key, JSON.stringify(taps));
      delete this.memory[key];
    } catch {
      this.memory[key] = taps; // storage is full or forbidden: the taps live as long as the page
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
