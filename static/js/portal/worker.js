// Keeps the portal on the phone, so that it opens and takes taps where there is no network. The
// server's page always comes first; the kept one is shown only when no answer comes, and the page
// itself says how old it is. Nothing personal is kept after logging out.

const PAGES = "wfm-portal-pages"; // as in ui/forget.js
const FILES = "wfm-portal-files-1";
const PATIENCE_MS = 4000;
const HOME = "/portal/";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && url.pathname === HOME) event.respondWith(page(request));
});

// Files carry their content's hash in their name: one that is kept is the right one.
async function file(request) {
  const kept = await caches.match(request, { cacheName: FILES });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(FILES)).put(request, answer.clone());
  return answer;
}

async function page(request) {
  const kept = await caches.match(HOME, { cacheName: PAGES });
  try {
    const answer = await Promise.race([fetch(request), ...(kept ? [tooLate()] : [])]);
    if (answer.redirected || answer.type === "opaqueredirect") await caches.delete(PAGES); // logged out
    else if (answer.ok) await (await caches.open(PAGES)).put(HOME, answer.clone());
    else if (answer.status >= 500 && kept) return kept;
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

function tooLate() {
  return new Promise((_resolve, reject) => { setTimeout(() => reject(new Error("No answer in time.")), PATIENCE_MS); });
}

// The first visit came before this worker: the page names the files it was made of.
async function keep({ files }) {
  const cache = await caches.open(FILES);
  const known = new Set((await cache.keys()).map((request) => request.url));
  const wanted = files.filter((url) => new URL(url).pathname.startsWith("/static/"));
  await Promise.allSettled(wanted.filter((url) => !known.has(url)).map((url) => cache.add(url)));
  for (const url of known) if (!wanted.includes(url)) await cache.delete(url);
  const answer = await fetch(HOME, { credentials: "same-origin" });
  if (answer.ok && !answer.redirected) await (await caches.open(PAGES)).put(HOME, answer);
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("wfm-portal-") && name !== PAGES && name !== FILES).map((name) => caches.delete(name)));
}
