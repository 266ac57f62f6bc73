// Copies a new API key; without a clipboard (plain http on another host) it selects the text instead.
import { toast } from "../ui/toast.js";

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(source.textContent.trim());
  toast(button.dataset.done);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button));
}
