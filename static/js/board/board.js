// Keys of the board: what the cells show, and days or intervals as columns.

import { registerKey } from "../ui/keys.js";

for (const link of document.querySelectorAll("[data-board-key]")) {
  registerKey(link.dataset.boardKey, link.dataset.boardText, () => link.click());
}
