// Only the list that belongs to the chosen audience is shown; without this script all three are.

const form = document.querySelector("[data-audience-form]");
const audience = form?.elements.namedItem("audience");

function show() {
  for (const name of ["site", "team", "queue"]) {
    const field = form.elements.namedItem(name)?.closest(".field");
    if (field) field.hidden = audience.value.toLowerCase() !== name;
  }
}

if (audience) {
  audience.addEventListener("change", show);
  show();
}
