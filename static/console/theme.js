/* Runs in the head, before the first paint, so that a page never flashes in the wrong theme. */
(() => {
  "use strict";
  let theme = null;
  try {
    theme = localStorage.getItem("im-theme");
  } catch (refused) {
    /* Storage may be closed to us: then the system decides. */
  }
  if (theme !== "light" && theme !== "dark") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-bs-theme", theme);
})();
