/* The palette: Ctrl+K finds people, claims, numbers and money, and everything that this page can do, with its key.

   Commands are read off the page, as the list of keys is; what is found comes from the server as it is typed. The
   arrows move among both, Enter goes there; with nothing chosen, Enter searches for all there is. */
(() => {
  "use strict";

  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const box = document.getElementById("palette-text");
  const commands = document.getElementById("palette-commands");
  const found = document.getElementById("palette-found");
  const MOST = 8;
  const KEYS = [["data-key", ""], ["data-go", "g "], ["data-copy-key", "c "]];

  const reachable = (element) =>
    !element.disabled && element.getAttribute("aria-disabled") !== "true" &&
    !element.closest("[hidden]") && !element.closest("dialog");

  const onPage = () => {
    const rows = [];
    for (const [attribute, before] of KEYS) {
      for (const element of document.querySelectorAll(`[${attribute}]`)) {
        const key = element.getAttribute(attribute).split(" ")[0];
        const label = window.arwork.words(element);
        if (reachable(element) && label) rows.push({ element, label, key: key ? before + key : "" });
      }
    }
    for (const element of document.querySelectorAll(".menu-body a:not([data-go])")) {
      if (reachable(element)) rows.push({ element, label: element.textContent.trim(), key: "" });
    }
    return rows;
  };

  // Every word that was typed begins some word of the command.
  const fits = (label, text) => {
    const words = label.toLowerCase().split(/\s+/);
    return text.split(/\s+/).every((typed) => words.some((word) => word.startsWith(typed)));
  };

  const run = (element) => {
    dialog.close();
    window.arwork.press(element);
  };

  const line = ({ element, label, key }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "hit";
    button.dataset.hit = "";
    const words = document.createElement("span");
    words.textContent = label;
    button.append(words);
    if (key) {
      const mark = document.createElement("kbd");
      mark.className = "kbd";
      mark.textContent = key;
      button.append(mark);
    }
    button.addEventListener("click", () => run(element));
    return button;
  };

  const hits = () => [...dialog.querySelectorAll("[data-hit]")];
  const chosen = () => dialog.querySelector(".hit.is-here");
  const choose = (hit) => {
    chosen()?.removeAttribute("id");
    chosen()?.classList.remove("is-here");
    box.removeAttribute("aria-activedescendant");
    if (!hit) return;
    hit.classList.add("is-here");
    hit.id = "palette-here";
    box.setAttribute("aria-activedescendant", "palette-here");
    hit.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const text = box.value.trim().toLowerCase();
    const rows = onPage().filter((row) => !text || fits(row.label, text)).slice(0, text ? MOST / 2 : MOST);
    commands.replaceChildren(...rows.map(line));
    commands.parentElement.hidden = !rows.length;
    if (!text) found.replaceChildren();
    choose(null);
  };

  const open = () => {
    box.value = "";
    show();
    dialog.showModal();
    box.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!document.querySelector("dialog[open]")) open();
  });
  dialog.addEventListener("arwork:open", () => { box.value = ""; show(); });
  box.addEventListener("input", show);

  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const list = hits();
      const at = list.indexOf(chosen());
      choose(list[Math.max(0, Math.min(list.length - 1, at < 0 && step < 0 ? list.length - 1 : at + step))]);
    } else if (event.key === "Enter" && chosen() && event.target === box) {
      event.preventDefault();
      chosen().click();
    }
  });

  // What arrives late must not stand under other words.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === found && (!dialog.open || event.detail.requestConfig.parameters.q !== box.value)) {
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === found) choose(chosen());
  });
})();
