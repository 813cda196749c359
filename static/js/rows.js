/* Tables with data-rows: j, k and the arrows move, Enter opens, x selects; coming back finds the same row.

   A row opens its data-href or its first link. A header checkbox with data-select-all selects all rows;
   [data-selected-count] shows how many, [data-selected-sum] the sum of their data-amount (dollars); controls with
   data-needs-selection wait for one. A row that somebody comes to stand on hears `arwork:here`. */
(() => {
  "use strict";

  const scope = () => [...document.querySelectorAll("dialog[open]")].pop() || document;
  const table = () => [...scope().querySelectorAll("[data-rows]")].find((one) => !one.closest("dialog:not([open])"));
  const rows = () => [...(table()?.querySelectorAll("tbody > tr") || [])].filter((row) => !row.hidden && !row.matches("[data-no-row]"));
  const here = () => rows().find((row) => row.classList.contains("is-here"));
  // The same list may be written in two ways: `owner:me` and `owner%3Ame`.
  const place = () => `arwork-row:${location.pathname}?${new URLSearchParams(location.search)}`;

  const stand = (row, { focus = true } = {}) => {
    here()?.classList.remove("is-here");
    if (!row) return;
    row.classList.add("is-here");
    row.tabIndex = -1;
    if (focus) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    row.dispatchEvent(new CustomEvent("arwork:here"));
    // The number of the row only: nothing about a patient stays in the browser.
    sessionStorage.setItem(place(), String(rows().indexOf(row)));
  };

  const move = (step) => {
    const list = rows();
    const at = list.indexOf(here());
    stand(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))]);
  };

  const open = (row, event) => {
    const link = row.querySelector("a[href]:not(.copy)");
    if (row.dataset.href) location.assign(row.dataset.href);
    else link?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey }));
  };

  const boxes = () => rows().map((row) => row.querySelector('td:first-child input[type="checkbox"]')).filter(Boolean);
  const count = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    for (const row of rows()) {
      const box = row.querySelector('td:first-child input[type="checkbox"]');
      if (box) row.setAttribute("aria-selected", String(box.checked));
    }
    document.querySelectorAll("[data-selected-count]").forEach((one) => { one.textContent = String(chosen); });
    const cents = rows().filter((row) => row.querySelector('td:first-child input[type="checkbox"]')?.checked)
      .reduce((sum, row) => sum + Math.round(Number(row.dataset.amount || 0) * 100), 0);
    document.querySelectorAll("[data-selected-sum]").forEach((one) => {
      one.textContent = (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
    });
    document.querySelectorAll("[data-needs-selection]").forEach((one) => { one.disabled = !chosen; });
    const every = table()?.querySelector("[data-select-all]");
    if (every) {
      every.checked = chosen > 0 && chosen === boxes().length;
      every.indeterminate = chosen > 0 && !every.checked;
    }
  };

  const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 15, PageUp: -15 };

  document.addEventListener("keydown", (event) => {
    const focused = document.activeElement;
    const inField = focused.matches("textarea, select, [contenteditable], input:not([type=checkbox])");
    if (event.defaultPrevented || inField || event.ctrlKey || event.metaKey || event.altKey || !table()) return;
    if (localStorage.getItem("arwork-keys-off") && !event.key.startsWith("Arrow")) return;
    const row = here();
    if (STEPS[event.key]) {
      // Page keys scroll the page until somebody stands on a row.
      if (event.key.startsWith("Page") && !row) return;
      event.preventDefault();
      move(STEPS[event.key]);
    } else if (event.key === "Enter" && row && (focused === row || focused === document.body)) {
      event.preventDefault();
      open(row, event);
    } else if (event.key === "x" && row) {
      const box = row.querySelector('td:first-child input[type="checkbox"]');
      if (box) {
        event.preventDefault();
        box.click();
      }
    }
  }, true);

  let lastBox = null;
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-rows] tbody > tr");
    if (row) stand(row, { focus: false });
    if (event.target.matches?.("[data-select-all]")) {
      boxes().forEach((box) => { box.checked = event.target.checked; });
      count();
    } else if (row && event.target.matches('input[type="checkbox"]')) {
      const list = boxes();
      const [a, b] = [list.indexOf(lastBox), list.indexOf(event.target)].sort((x, y) => x - y);
      if (event.shiftKey && a >= 0) list.slice(a, b + 1).forEach((box) => { box.checked = event.target.checked; });
      lastBox = event.target;
      count();
    }
  });

  const settle = () => {
    count();
    if (here()) return;
    const named = location.hash && rows().find((row) => row.id === location.hash.slice(1));
    const at = sessionStorage.getItem(place());
    if (named || at !== null) stand(named || rows()[Number(at)], { focus: false });
  };
  addEventListener("pageshow", settle);
  document.addEventListener("htmx:afterSettle", settle);
})();
