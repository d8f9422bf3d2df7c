// Runs before the first paint, so that a chosen theme never flashes. The choice lives in this browser only and is
// shared with the admin, whose own script uses the same key and attribute.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("theme") || "auto";
  } catch {
    // Storage can be forbidden; then the system's preference holds.
  }
  root.dataset.theme = ["light", "dark"].includes(chosen) ? chosen : "auto";
})();
