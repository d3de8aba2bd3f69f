/* The portals' only script: focus on the errors, one submit only. Every page works without it. */
(() => {
  "use strict";
  document.querySelector(".ip-summary")?.focus();
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    setTimeout(() => {
      if (button) button.disabled = true;
    });
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("button[disabled]").forEach((button) => {
      button.disabled = false;
    });
  });
})();
