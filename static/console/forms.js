/* What forms do: unsaved-changes guard, fields that a switch reveals, one submit only, error focus, row selection,
   text that is too long to be sent. */
(() => {
  "use strict";

  const text = document.body.dataset;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* <div data-im-reveal="id_use_tls">: hidden and disabled while the box is off; several ids = all must be on, "!id" off. */

  const reveal = () =>
    all("[data-im-reveal]").forEach((part) => {
      const shown = part.dataset.imReveal.split(" ").every((word) => {
        const box = document.getElementById(word.replace("!", ""));
        return box && !box.disabled && box.checked !== word.startsWith("!");
      });
      part.hidden = !shown;
      all("input, select, textarea, button", part).forEach((field) => {
        if (!shown && !field.disabled) field.dataset.imOff = "";
        if (!shown) field.disabled = true;
        else if ("imOff" in field.dataset) {
          field.disabled = false;
          delete field.dataset.imOff;
        }
      });
    });

  document.addEventListener("change", reveal);
  reveal();

  /* <form data-im-guard>: says whether something is unsaved, and asks before the page is left. */

  const snapshot = (form) =>
    JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));

  const guard = (form) => {
    const bar = document.querySelector(".im-savebar");
    const state = document.createElement("span");
    const clean = form.querySelector(".im-errors") ? "" : snapshot(form);
    let isLeaving = false;

    const isDirty = () => snapshot(form) !== clean;
    const show = () => {
      const dirty = isDirty();
      state.textContent = dirty ? text.imUnsaved : text.imSaved;
      state.classList.toggle("is-dirty", dirty);
    };
    if (bar?.querySelector("button")) {
      state.className = "im-savebar__state";
      state.setAttribute("role", "status");
      bar.prepend(state);
      show();
    }
    form.addEventListener("input", show);
    form.addEventListener("change", show);
    form.addEventListener("reset", () =>
      setTimeout(() => {
        reveal();
        show();
      }),
    );
    form.addEventListener("submit", () => {
      isLeaving = true;
    });
    addEventListener("beforeunload", (event) => {
      if (!isLeaving && isDirty()) event.preventDefault();
    });
    addEventListener("pageshow", () => {
      isLeaving = false;
    });
  };

  all("form[data-im-guard]").forEach(guard);

  /* <textarea data-im-most-bytes="…" data-im-too-long="…">: what the server would not read is not sent, so nothing is lost. */

  const isTooLong = (field) =>
    new Blob([field.value.replace(/\r?\n/g, "\r\n")]).size > Number(field.dataset.imMostBytes);

  document.addEventListener(
    "submit",
    (event) => {
      const field = all("[data-im-most-bytes]", event.target).find(isTooLong);
      if (!field) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      field.focus();
      if (field.nextElementSibling?.matches("[data-im-note]")) return;
      const note = document.createElement("div");
      note.dataset.imNote = "";
      note.className = "invalid-feedback d-block";
      note.setAttribute("role", "alert");
      note.textContent = field.dataset.imTooLong;
      field.after(note);
      field.setAttribute("aria-invalid", "true");
      field.addEventListener(
        "input",
        () => {
          note.remove();
          field.removeAttribute("aria-invalid");
        },
        { once: true },
      );
    },
    true,
  );

  /* A plain POST goes out once: the button that sent it is disabled after the form data has been taken. */

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
    if (form.dataset.imSent) {
      event.preventDefault();
      return;
    }
    form.dataset.imSent = "yes";
    const button = event.submitter;
    setTimeout(() => {
      if (button) button.disabled = true;
    });
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-im-sent]").forEach((form) => {
      delete form.dataset.imSent;
      all("button[disabled]", form).forEach((button) => {
        button.disabled = false;
      });
    });
  });

  /* <select data-im-submit>: a filter that takes effect at once, and shows what the page shows after Back. */

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-im-submit]")) event.target.form.requestSubmit();
  });
  addEventListener("pageshow", () =>
    all("select[data-im-submit]").forEach((select) => {
      const chosen = [...select.options].findIndex((option) => option.defaultSelected);
      select.selectedIndex = Math.max(chosen, 0);
    }),
  );

  /* After a refused form the focus stands on the summary; its links lead into the fields. */

  const focusErrors = (root) => root.querySelector(".im-errors")?.focus();
  focusErrors(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    reveal();
    focusErrors(event.target);
    showSelection();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".im-errors a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  /* Selection of rows: [data-im-row] boxes, [data-im-rows] the box of all, .im-select-bar with [data-im-selected]. */

  const showSelection = () => {
    const rows = all("[data-im-row]");
    const chosen = rows.filter((row) => row.checked).length;
    const bar = document.querySelector(".im-select-bar");
    const head = document.querySelector("[data-im-rows]");
    if (bar) {
      bar.hidden = chosen === 0;
      all("[data-im-selected]", bar).forEach((place) => {
        place.textContent = String(chosen);
      });
    }
    if (head) {
      head.checked = chosen > 0 && chosen === rows.length;
      head.indeterminate = chosen > 0 && chosen < rows.length;
    }
  };

  const selectAll = (on) => {
    all("[data-im-row]").forEach((row) => {
      row.checked = on;
    });
    showSelection();
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-im-rows]")) selectAll(event.target.checked);
    else if (event.target.matches("[data-im-row]")) showSelection();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-im-unselect]")) selectAll(false);
  });
})();
