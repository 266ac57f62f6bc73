// The theme changes at once; the server remembers it.

document.addEventListener("submit", (event) => {
  const choice = event.submitter;
  if (!choice || choice.name !== "theme" || !choice.closest("[data-theme-menu]")) return;
  event.preventDefault();
  const data = new FormData(event.target);
  data.set("theme", choice.value);
  document.documentElement.dataset.theme = choice.value.toLowerCase();
  for (const other of choice.form.elements) {
    if (other.name === "theme") other.setAttribute("aria-pressed", String(other === choice));
  }
  document.dispatchEvent(new CustomEvent("themechange"));
  fetch(event.target.action, { method: "POST", body: data, redirect: "manual" });
});
