/* The keyboard. Nothing is bound here: an element says which key is its own.

   data-key="n"        pressed by n (several keys: "n Enter"); a field is focused instead
   data-go="m"         pressed by g, then m
   data-copy-key="i"   pressed by c, then i
   data-key-label      its words in the list of keys (else its own text)
   data-ctrl-enter     the form, or the button, that Ctrl+Enter sends when no form holds the focus

   Keys rest while a field has the focus; Esc gives it up. In an open dialog only the dialog's keys act. */
(() => {
  "use strict";

  const PREFIXES = { g: "data-go", c: "data-copy-key" };
  const WAIT = 1500;
  const OFF = "arwork-keys-off";
  let prefix = null;
  let timer = null;

  const opened = [];
  const asSent = new Set(document.querySelectorAll("details[open]"));
  document.addEventListener("toggle", (event) => {
    const at = opened.indexOf(event.target);
    if (at >= 0) opened.splice(at, 1);
    if (event.target.open) opened.push(event.target);
  }, true);

  const isTyping = (element) =>
    element.matches("textarea, select, [contenteditable]") ||
    (element.matches("input") && !["checkbox", "radio", "button", "submit", "reset", "file"].includes(element.type));

  const scope = () => [...document.querySelectorAll("dialog[open]")].pop() || document;

  const reachable = (element) =>
    !element.disabled && element.getAttribute("aria-disabled") !== "true" &&
    !element.closest("[hidden]") && !element.closest("dialog:not([open])") &&
    !element.closest("details[name]:not([open]) > :not(summary)");  // of several, the open one answers

  const all = (attribute) => [...scope().querySelectorAll(`[${attribute}]`)].filter(reachable);

  const find = (attribute, key) => all(attribute).find((one) => one.getAttribute(attribute).split(" ").includes(key));

  // A capital is typed with Shift: Caps Lock does not make another letter of what is pressed.
  const typed = ({ key, shiftKey }) => (/^[a-z]$/i.test(key) ? (shiftKey ? key.toUpperCase() : key.toLowerCase()) : key);
  const spoken = (keys) => keys.split(" ").map((key) => (/^[A-Z]$/.test(key) ? `Shift+${key}` : key)).join(" ");

  const press = (element) => {
    if (element.matches("dialog")) element.showModal();
    else if (element.matches("details")) {
      element.open = !element.open;
      element.querySelector("summary").focus();
    } else if (element.matches("form")) element.requestSubmit();
    else if (isTyping(element)) {
      element.focus();
      element.select?.();
    } else {
      if (element.matches("input")) element.focus();
      element.click();
    }
  };

  const rest = () => {
    prefix = null;
    clearTimeout(timer);
  };

  const begin = (key) => {
    prefix = key;
    timer = setTimeout(rest, WAIT);
  };

  const send = () => {
    const focused = document.activeElement;
    const within = scope();
    const form = focused?.form || focused?.closest?.("form") || [...within.querySelectorAll("form[data-ctrl-enter]")].find(reachable);
    const button = (form || within).querySelector("button[data-ctrl-enter]");
    if (button && reachable(button)) button.form ? button.form.requestSubmit(button) : button.click();
    else form?.requestSubmit();
    return Boolean(button || form);
  };

  const leave = () => {
    const focused = document.activeElement;
    if (focused && isTyping(focused)) return focused.blur();
    // `toggle` tells a moment late: what opened just now may not be among them yet.
    const untold = [...document.querySelectorAll("details[open]")].find((one) => !opened.includes(one) && !asSent.has(one));
    const last = untold || opened.findLast((one) => one.open);
    if (last?.matches("dialog")) last.close();
    else if (last) {
      last.open = false;
      last.querySelector("summary")?.focus();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = typed(event);
    if (key === "Escape") {
      rest();
      if (scope() === document) leave();  // an open dialog closes itself
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      if (key === "Enter" && send()) event.preventDefault();
      return;
    }
    if (isTyping(document.activeElement) || localStorage.getItem(OFF)) return;
    if (["Shift", "Control", "Tab"].includes(key)) return;

    const waiting = prefix;
    rest();
    if (waiting) {
      const target = find(PREFIXES[waiting], key);
      if (target) press(target);
      return event.preventDefault();
    }
    if (PREFIXES[key] && all(PREFIXES[key]).length) {
      begin(key);
      return event.preventDefault();
    }
    // Enter and Space belong to the button or link that has the focus.
    if ((key === "Enter" || key === " ") && document.activeElement.matches("a, button, summary, input")) return;
    const target = find("data-key", key);
    if (target) {
      event.preventDefault();
      press(target);
    }
  });

  /* The list of keys is read off the page, so it can't be wrong. */
  const words = (element) =>
    (element.dataset.keyLabel || element.getAttribute("aria-label") || element.labels?.[0]?.textContent ||
      [...element.childNodes].filter((node) => !node.matches?.(".kbd")).map((node) => node.textContent).join("")).trim();

  const found = () => {
    const rows = [];
    const add = (attribute, before) => {
      for (const element of all(attribute)) {
        if (element.closest("#keys")) continue;
        const keys = element.getAttribute(attribute).split(" ");
        rows.push([keys.map((key) => before + spoken(key)).join(", "), words(element)]);
      }
    };
    add("data-key", "");
    if (document.querySelector("[data-ctrl-enter]")) {
      rows.push(["Ctrl Enter", words(document.querySelector("[data-ctrl-enter]:not(form)") || document.createElement("i")) || "Send the form"]);
    }
    if (document.querySelector("[data-rows]")) {
      rows.push(["j k or \u2193 \u2191", "Next and previous row"], ["Enter", "Open the row"]);
      if (document.querySelector("[data-rows] .pick")) rows.push(["x", "Select the row"]);
    }
    if (document.querySelector("[data-call-row]")) rows.push(["j k", "Next and previous claim of the call"]);
    add("data-copy-key", "c ");
    add("data-go", "g ");
    if (document.getElementById("palette")) rows.push(["Ctrl K", "Find or do anything"]);
    rows.push(["Esc", "Leave the field, or close what opened last"]);
    return rows;
  };

  Object.assign(window.arwork, { press, words });  // the palette reads the same words and presses the same keys

  const list = document.getElementById("keys");
  list?.addEventListener("arwork:open", () => {
    const place = document.getElementById("keys-list");
    place.replaceChildren(...found().map(([keys, label]) => {
      const [pair, term, text] = ["div", "dt", "dd"].map((name) => document.createElement(name));
      const mark = document.createElement("kbd");
      mark.textContent = keys;
      term.append(mark);
      text.textContent = label;
      pair.append(term, text);
      return pair;
    }));
    document.getElementById("keys-on").checked = !localStorage.getItem(OFF);
  });
  document.getElementById("keys-on")?.addEventListener("change", (event) => {
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });

  const announce = (root) => {
    for (const [attribute, before] of [["data-key", ""], ["data-go", "g "], ["data-copy-key", "c "]]) {
      for (const element of root.querySelectorAll(`[${attribute}]`)) {
        element.setAttribute("aria-keyshortcuts", before + spoken(element.getAttribute(attribute)));
      }
    }
  };
  announce(document);
  document.addEventListener("htmx:load", (event) => announce(event.detail.elt.parentElement || document));
})();
