"""How long the wall takes to draw 5,000 agents while 1,000 of them change a second, in Chromium.

Run: python -m tests.benchmarks.adherence_wall [agents] [seconds]

Ranking and drawing are the page's own modules; each frame changes as many rows as a sixtieth of a
second brings, ranks everybody anew and draws everything. Told are the script's time per frame,
the CPU time of the page's main thread per frame, and the time from frame to frame, which is 16.7 ms
where nothing stutters.
"""

import json
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHANGES_PER_SECOND = 1000
PAGE = """<!doctype html><html data-theme="dark"><head><meta name="csrf-token" content="">
<link rel="stylesheet" href="/static/css/tokens.css"><link rel="stylesheet" href="/static/css/base.css">
<style>canvas { position: fixed; inset: 0; width: 100%; height: 100%; }</style></head>
<body><canvas></canvas><script type="application/json" id="ui-strings">{}</script></body></html>"""
MEASURE = """async ([agents, seconds, perSecond]) => {
  const { WallCanvas } = await import("/static/js/adherence/wall-canvas.js");
  const { ranked } = await import("/static/js/adherence/live-rank.js");
  const { Marks } = await import("/static/js/adherence/live-impact.js");
  const names = ["IN", "IN", "IN", "IN", "IN", "IN", "OUT", "LATE", "BUSY_TOO_LONG", "UNKNOWN"];
  const severities = { IN: 0, OUT: 3, LATE: 3, BUSY_TOO_LONG: 3, UNKNOWN: 2 };
  const tones = { IN: "goal", OUT: "under", LATE: "under", BUSY_TOO_LONG: "warn", UNKNOWN: "warn" };
  const flags = Object.fromEntries(Object.keys(tones).map((key) => [key, { label: key.toLowerCase(), tone: tones[key], letter: key[0] }]));
  const people = ["Amara Okafor", "王芳", "Wolfgang-Maximilian Fernández de la Vega", "Li Na", "Grace Kim"];
  const code = { name: "On the queue", letter: "W", color: "activity-1" };
  let random = 7;
  const next = (most) => { random = (random * 48271) % 2147483647; return random % most; };
  const start = Date.now();
  const changed = (row) => {
    const flag = names[next(names.length)];
    return { ...row, flag, severity: severities[flag], flag_since: new Date(start - next(3600) * 1000).toISOString() };
  };
  const rows = Array.from({ length: agents }, (_all, index) => {
    const row = { agent_id: index + 1, name: `${people[index % 5]} ${index}`, state_group: "AWAY", state: code, planned: code, place: "OFFICE", queue_id: 1 + index % 20 };
    return changed(row);
  });
  const queues = Array.from({ length: 20 }, (_all, index) => ({ queue_id: index + 1, name: `Queue ${index}`, saved_minutes_per_hour: index * 3.7, caused_minutes_per_hour: index * 4.1 }));
  const marks = new Marks({ notes: {}, cases: [], impact: { queues, home_queue: {} } });
  const texts = { costs: "costs {minutes} min/h", helps: "helps {minutes} min/h", neutral: "neutral", minutes: "{minutes} min", hours: "{hours} h {minutes} min", seconds: "{seconds} s", clockedOut: "Clocked out" };
  const wall = new WallCanvas(document.querySelector("canvas"), { data: { flags }, texts });
  wall.resize();
  const script = [], between = [];
  let last = 0, shown = null;
  await new Promise((done) => {
    const frame = (at) => {
      if (last) between.push(at - last);
      last = at;
      for (let count = 0; count < perSecond / 60; count += 1) {
        const index = next(agents);
        rows[index] = changed(rows[index]);
      }
      const began = performance.now();
      shown = wall.draw(ranked(rows, marks), marks, Date.now());
      script.push(performance.now() - began);
      if (script.length < seconds * 60) requestAnimationFrame(frame);
      else done();
    };
    requestAnimationFrame(frame);
  });
  const share = (values, part) => [...values].sort((one, other) => one - other)[Math.floor(part * (values.length - 1))];
  const told = (values) => ({ p50: share(values, 0.5), p95: share(values, 0.95), p99: share(values, 0.99) });
  return { frames: script.length, script_ms: told(script), between_ms: told(between), ...shown };
}"""  # fmt: skip


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


def measure(*, agents: int, seconds: int) -> dict:
    """Return the frames' times of a 1920 x 1080 wall."""
    handler = partial(_Handler, directory=str(ROOT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        tools = page.context.new_cdp_session(page)
        tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _cpu_seconds(tools)
        found = page.evaluate(MEASURE, [agents, seconds, CHANGES_PER_SECOND])
        found["cpu_ms_per_frame"] = 1000 * (_cpu_seconds(tools) - before) / found["frames"]
        browser.close()
        server.shutdown()
    return {"agents": agents, "changes_per_second": CHANGES_PER_SECOND, **found}


def _cpu_seconds(tools) -> float:
    """CPU time of the page's main thread so far: what other programs take does not count."""
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return next(row["value"] for row in metrics if row["name"] == "TaskDuration")


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]] + [5000, 5][len(sys.argv) - 1 :]
    sys.stdout.write(json.dumps(measure(agents=numbers[0], seconds=numbers[1]), indent=2) + "\n")
