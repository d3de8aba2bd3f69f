/* What the frame does: rail drawer, menus, theme, dialogs, toasts, copy buttons. Delegated, so that swapped parts need no wiring. */
(() => {
  "use strict";

  const TOAST_MILLISECONDS = 6000;
  const NARROW = matchMedia("(max-width: 991px)");
  const text = document.body.dataset;

  const onClick = (selector, act) =>
    document.addEventListener("click", (event) => {
      const target = event.target.closest(selector);
      if (target) act(target, event);
    });

  /* Rail: on narrow screens a drawer that takes the focus and gives it back. */

  const rail = document.getElementById("im-rail");
  const railButton = document.querySelector("[data-im-rail]");

  const isOpen = () => rail.classList.contains("is-open");

  const setDrawer = (open) => {
    rail.classList.toggle("is-open", open);
    railButton.setAttribute("aria-expanded", String(open));
    document.querySelector(".im-column").inert = open;
    (open ? rail.querySelector("a") : railButton).focus();
  };

  if (rail && railButton) {
    onClick("[data-im-rail]", () => setDrawer(true));
    onClick("[data-im-rail-close]", () => isOpen() && setDrawer(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && isOpen()) setDrawer(false);
    });
    NARROW.addEventListener("change", () => {
      if (!NARROW.matches && isOpen()) setDrawer(false);
    });
    rail.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }
  document.querySelector(".im-sub [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  /* Menus: <button popovertarget="id"> opens <div class="im-menu" id="id" popover>; here it gets its place. */

  const placeMenu = (menu) => {
    const box = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
    const isLow = box.bottom > innerHeight * 0.6;
    const isRightToLeft = document.dir === "rtl";
    menu.style.top = isLow ? "auto" : `${box.bottom + 4}px`;
    menu.style.bottom = isLow ? `${innerHeight - box.top + 4}px` : "auto";
    menu.style.left = isRightToLeft ? `${box.left}px` : "auto";
    menu.style.right = isRightToLeft ? "auto" : `${document.documentElement.clientWidth - box.right}px`;
  };
  const onMenu = (event) => {
    if (event.newState === "open" && event.target.matches(".im-menu")) placeMenu(event.target);
  };
  document.addEventListener("beforetoggle", onMenu, true);
  addEventListener("scroll", () => document.querySelector(".im-menu:popover-open")?.hidePopover(), true);

  /* Theme */

  onClick("[data-im-theme]", () => {
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    document.documentElement.setAttribute("data-bs-theme", next);
    try {
      localStorage.setItem("im-theme", next);
    } catch (refused) {
      /* The choice then lasts for this page. */
    }
  });

  /* Dialogs: <button data-im-dialog="id">, <button data-im-close>; a part that arrives with data-im-open opens itself. */

  onClick("[data-im-dialog]", (button) => document.getElementById(button.dataset.imDialog)?.showModal());
  onClick("[data-im-close]", (button) => button.closest("dialog")?.close());
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.matches(".im-dialog")) event.target.close();
  });
  const openArrived = (root) =>
    root.querySelectorAll("dialog[data-im-open]:not([open])").forEach((dialog) => dialog.showModal());

  /* Toasts: success goes by itself, after a pause that stops under the pointer or the focus; an error stays. */

  const toasts = document.getElementById("im-toasts");

  const startToast = (toast) => {
    if (toast.matches(".im-toast--error, .im-toast--warning")) return;
    let timer = 0;
    const run = () => {
      timer = setTimeout(() => toast.remove(), TOAST_MILLISECONDS);
    };
    const hold = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", hold);
    toast.addEventListener("pointerleave", run);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("focusout", run);
    run();
  };

  const showToast = ({ text: words, level = "info" }) => {
    const template = document.getElementById("im-toast-template");
    if (!template || !toasts) return;
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.classList.add(`im-toast--${level}`);
    toast.querySelector("p").textContent = words;
    toasts.append(toast);
    startToast(toast);
  };

  toasts?.querySelectorAll(".im-toast").forEach(startToast);
  onClick("[data-im-dismiss]", (button) => {
    const part = button.closest(".im-toast, .im-note, .im-repair");
    const place = part?.parentElement.id;
    part?.remove();
    /* The focus goes back to what filled the place. */
    if (place) document.querySelector(`[hx-target="#${place}"] button`)?.focus();
  });
  document.addEventListener("im:toast", (event) => showToast(event.detail));

  /* Copy: the text of the element named, or of the one before the button. */

  onClick("[data-im-copy]", async (button) => {
    const named = button.dataset.imCopy;
    const source = named ? document.getElementById(named) : button.previousElementSibling;
    if (!source || !navigator.clipboard) return;
    await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
    showToast({ text: text.imCopied, level: "success" });
  });

  /* htmx: a session that ended must not draw the sign-in page into a panel; a failed request says so. */

  document.addEventListener("htmx:beforeSwap", (event) => {
    const path = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
    if (text.imSignIn && path === text.imSignIn) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.addEventListener("htmx:responseError", () => showToast({ text: text.imFailed, level: "error" }));
  document.addEventListener("htmx:sendError", () => showToast({ text: text.imOffline, level: "error" }));
  document.addEventListener("htmx:afterSettle", (event) => openArrived(event.target));
  openArrived(document);
})();
