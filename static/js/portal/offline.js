// Registers the worker that keeps the portal on the device, and tells it what the page is made of.
// Logging out and the login page have the person's page forgotten (ui/forget.js).

export async function keepForOffline(workerUrl) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(workerUrl, { scope: "/portal/" });
    const { active } = await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((entry) => entry.name);
    active.postMessage({ keep: { files } });
  } catch {
    // Private windows and old phones have no worker: the page works as long as it is open.
  }
}
