// A phone may be shared: what the portal keeps of a person on the device goes when they log out,
// wherever they do it, when somebody is asked to log in, and when the page is somebody else's. Taps
// that wait to be sent stay; they are kept under the agent whose they are.

const PAGES = "wfm-portal-pages"; // as in portal/worker.js
const PERSON = "wfm.portal.person";
const PATIENCE_MS = 1000;

async function forget() {
  if (!("caches" in window)) return;
  const patience = new Promise((done) => { setTimeout(done, PATIENCE_MS); });
  await Promise.race([caches.delete(PAGES).catch(() => false), patience]);
}

function isSomebodyElse(person) {
  try {
    const before = localStorage.getItem(PERSON);
    localStorage.setItem(PERSON, person);
    return before !== null && before !== person;
  } catch {
    return true; // without storage nobody knows who was here before
  }
}

document.addEventListener("submit", async (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-logout]")) return;
  event.preventDefault();
  await forget();
  event.target.submit();
});

const { person } = document.body.dataset;
if (document.querySelector("[data-login]") || (person && isSomebodyElse(person))) forget();
