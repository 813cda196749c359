/* What every page does without keys: copying, dialogs, menus, requests that fail. Nothing here is needed to work. */
(() => {
  "use strict";

  const toast = (words) => {
    const place = document.getElementById("toast");
    if (!place) return;
    place.textContent = words;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { place.textContent = ""; }, 4000);
  };

  const put = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard on plain http, or not allowed: the old way.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };

  const copy = async (button) => {
    const held = document.activeElement;
    await put(button.dataset.copy);
    if (held !== document.activeElement) held.focus();
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
    toast(`${button.dataset.keyLabel || "Copied"}: done`);
  };

  document.addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copy]");
    if (copied) return void copy(copied);

    if (event.target.closest("[data-prints]")) return void window.print();

    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      opener.closest("details.menu")?.removeAttribute("open");
      dialog.dispatchEvent(new CustomEvent("arwork:open"));
      return void dialog.showModal();
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) return void document.getElementById(closer.dataset.closes).close();

    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("change", (event) => {
    const control = event.target.closest("[data-submits]");
    if (control) control.form.requestSubmit();
    if (event.target.type === "file") event.target.closest(".drop")?.classList.remove("is-over");
  });

  // A second Enter while the first is on its way must not log twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not form.method: a field of that name would stand for it.
    if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
    // Without a connection the browser would leave the page, and what was typed with it.
    if (!navigator.onLine) {
      event.preventDefault();
      return toast("There is no connection, so nothing was sent. What you entered stays here: try again.");
    }
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 10000);  // the answer may be a file: this page stays
  });
  const free = () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  addEventListener("pageshow", free);


  // What the page asks for by itself must not keep an absent person signed in.
  document.addEventListener("htmx:configRequest", (event) => {
    const trigger = event.detail.elt.getAttribute("hx-trigger") || "";
    if (/every|load/.test(trigger) && event.detail.triggeringEvent?.type !== "click") {
      event.detail.headers["X-Background"] = "1";
    }
  });
  document.addEventListener("htmx:sendError", () => toast("The server did not answer. Nothing was saved: try again."));
  document.addEventListener("htmx:responseError", (event) => {
    toast(`The server refused (${event.detail.xhr.status}). Nothing was saved: reload the page and try again.`);
  });

  // A fragment's answer may say a word: HX-Trigger: {"arwork:toast": "Snoozed until Dec 1, 2026."}
  document.addEventListener("arwork:toast", (event) => toast(event.detail.value));

  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.target.closest?.(".drop")?.classList.toggle("is-over", name === "dragover");
    });
  }

  window.arwork = { toast };
})();
