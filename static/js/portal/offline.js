// Registers the worker that keeps the portal on the device, tells it what the page is made of, and
// has it forget the person's page at log-out.

export async function keepForOffline(workerUrl) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(workerUrl, { scope: "/portal/" });
    const { active } = await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((entry) => entry.name);
    active.postMessage({ keep: { files } });
    document.querySelector("[data-logout]")?.addEventListener("submit", () => active.postMessage({ forget: true }));
  } catch {
    // Private windows and old phones have no worker: the page works as long as it is open.
  }
}
