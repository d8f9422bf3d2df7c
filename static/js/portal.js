// Conveniences on top of pages that work without them: theme, copying, drop zones, menus, dismissing.
"use strict";
(() => {
  const root = document.documentElement;

  const showTheme = () => {
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === root.dataset.theme));
    }
  };

  const setTheme = (name) => {
    root.dataset.theme = name;
    try {
      localStorage.setItem("theme", name);
    } catch {
      // Storage can be forbidden; the choice then lasts for this page.
    }
    showTheme();
  };

  const say = (text) => {
    const live = document.getElementById("live");
    if (live) live.textContent = text;
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("copied");
      say("Copied.");
      setTimeout(() => button.classList.remove("copied"), 1600);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      say("Copying is not allowed here; the value is selected.");
    }
  };

  const readableSize = (bytes) => {
    const units = ["B", "kB", "MB", "GB"];
    let step = 0;
    while (bytes >= 1000 && step < units.length - 1) {
      bytes /= 1000;
      step += 1;
    }
    return `${bytes < 10 && step ? bytes.toFixed(1) : Math.round(bytes)} ${units[step]}`;
  };

  const showFile = (input) => {
    const zone = input.closest("[data-drop]");
    const line = zone && zone.querySelector("[data-drop-file]");
    if (!line) return;
    const files = [...input.files];
    zone.classList.toggle("has-file", files.length > 0);
    line.textContent = files.map((file) => `${file.name} · ${readableSize(file.size)}`).join(", ");
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-set-theme], [data-copy], [data-dismiss]");
    if (target?.dataset.setTheme) setTheme(target.dataset.setTheme);
    if (target?.dataset.copy) copy(target);
    if (target && "dismiss" in target.dataset) target.closest("li, .callout")?.remove();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-drop] input[type=file]")) showFile(event.target);
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });

  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("[data-drop]");
      if (zone) zone.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    });
  }

  // A long upload says that it is under way, and cannot be sent twice by an impatient second click.
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-busy]");
    if (!button) return;
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    event.target.dataset.sent = "yes";
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  });

  // Coming back with the browser's button shows the page as it was left: a form that was sent can be sent again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll("[data-idle]")) {
      button.textContent = button.dataset.idle;
      button.removeAttribute("aria-disabled");
      delete button.dataset.idle;
      delete button.form?.dataset.sent;
    }
  });

  showTheme();

  // On a narrow screen the navigation is a strip; the present section may lie beyond its edge.
  const strip = document.querySelector(".rail nav");
  const current = strip?.querySelector("[aria-current]");
  if (current && strip.scrollWidth > strip.clientWidth) {
    strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
  }
})();
