/* The portals' only script: focus on the errors, one submit only, copy and print. Every page works without it. */
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
  document.querySelectorAll("[data-ip-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-ip-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.ipCopy).textContent.trim());
      button.textContent = button.dataset.ipCopied;
    });
  });
})();
