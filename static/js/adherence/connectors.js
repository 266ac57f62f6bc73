// Puts an example of the system's messages into the sample's field.
for (const button of document.querySelectorAll("[data-insert-sample]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.insertSample);
    field.value = JSON.parse(document.getElementById("sample-example").textContent);
    field.focus();
  });
}
