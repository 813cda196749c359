/* The outcome form: a letter chooses, and the hand is at once where something is to be typed.
   Then the server proposes the next day. Also: how long the item is still held, renewed while somebody is at work.
   Without this file everything is visible and works. */
(() => {
  "use strict";

  const RENEW_AFTER = 60_000;
  let arrows = false;

  document.addEventListener("keydown", (event) => { arrows = event.key.startsWith("Arrow"); }, true);
  document.addEventListener("pointerdown", () => { arrows = false; }, true);

  const control = (box) => box.querySelector("input:not([type=checkbox]), select, textarea");
  const chosen = (form) => form.querySelector('input[name="disposition"]:checked');

  /* What a field begins with for some outcomes: nothing that was typed is touched, and another outcome takes it back. */
  const offer = (box, field, code) => {
    if (!field || !box.dataset.offer) return;
    const isFor = Boolean(code) && box.dataset.offeredFor.split(" ").includes(code);
    if (isFor && !field.value) {
      field.value = box.dataset.offer;
      box.dataset.offered = "1";
    } else if (!isFor && box.dataset.offered && field.value === box.dataset.offer) {
      field.value = "";
      delete box.dataset.offered;
    }
  };

  /* Shows what the chosen outcome needs; the field where the hand goes. */
  const fields = (form) => {
    const code = chosen(form)?.value;
    const has = (box, kind) => Boolean(code) && box.dataset[kind].split(" ").includes(code);
    let first = null;
    for (const box of form.querySelectorAll("[data-needs]")) {
      const needed = has(box, "needs");
      box.classList.toggle("is-on", needed || has(box, "asks"));
      box.classList.toggle("is-needed", needed);
      const field = control(box);
      offer(box, field, code);
      if (field) field.setAttribute("aria-required", String(needed));
      if ((needed || has(box, "hand")) && field && !field.value && !first) first = field;
    }
    return first || form.elements.note;
  };

  const ask = (form) => form.querySelector("[data-proposal]").dispatchEvent(new CustomEvent("arwork:propose"));

  const begin = (form) => {
    if (form.dataset.begun) return;
    form.dataset.begun = "1";
    form.addEventListener("change", (event) => {
      if (event.target.name === "next_on" || event.target.name === "note") return;
      if (event.target.name === "disposition") {
        event.target.closest("details.more")?.setAttribute("open", "");
        form.querySelector(".notice-error")?.remove();
        const next = fields(form);
        // Arrow keys walk through the outcomes: the focus stays with them.
        if (!arrows) next.focus();
      }
      ask(form);
    });
    if (!chosen(form)) return;
    const next = fields(form);
    const wrong = form.querySelector("[aria-invalid=true]");
    const failed = form.querySelector(".notice-error");
    (wrong || (failed ? next : null))?.focus();
    // htmx listens once the page has loaded.
    if (!failed && document.readyState !== "complete") addEventListener("load", () => ask(form));
  };

  const outcomes = () => document.querySelectorAll("form[data-outcome]");
  outcomes().forEach(begin);

  // Whoever dials or opens the payer's site works on the item.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-begins]")) outcomes()[0]?.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* A payer call: j and k lead from claim to claim; one that was logged gives way to the next that waits. */
  const rows = () => [...document.querySelectorAll("[data-call-row]")];

  const show = (row) => {
    if (!row) return;
    row.open = true;
    row.querySelector("summary").focus();
    row.scrollIntoView({ block: "nearest" });
  };

  if (rows().length) {
    document.addEventListener("keydown", (event) => {
      const step = { j: 1, k: -1 }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.activeElement.matches("textarea, select, input:not([type=checkbox], [type=radio])")) return;
      const all = rows();
      const at = all.findIndex((row) => row.open);
      show(all[at < 0 ? 0 : at + step]);
    });
    document.addEventListener("htmx:afterSwap", () => {
      const all = rows();
      const waiting = all.filter((row) => "callWaits" in row.dataset);
      document.querySelector("[data-call-left]").textContent = waiting.length;
      const done = all.findIndex((row) => "callAnswer" in row.dataset);
      if (done < 0) return;
      const answer = all[done];
      delete answer.dataset.callAnswer;
      answer.open = true;
      if ("callWaits" in answer.dataset) return outcomes().forEach(begin);  // something is missing: it stays open
      for (const one of waiting) {
        const rep = one.querySelector('[name="spoke_to"]');
        if (rep && !rep.value) rep.value = answer.dataset.callRep || "";
      }
      answer.open = false;
      show(all.slice(done).concat(all).find((row) => "callWaits" in row.dataset) || answer);
    });
    show(rows().find((row) => row.open));
  }

  document.querySelector("dialog[data-open-now]")?.showModal();

  /* The hold: counted down, and renewed by what the person does, at most once a minute. */
  let renewed = Date.now();
  let counted = null;
  let ends = 0;

  const words = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  const tick = () => {
    const held = document.getElementById("held");
    const left = held?.querySelector("[data-held-left]");
    if (!left) return;
    if (held !== counted) {
      counted = held;
      ends = Date.now() + Number(held.dataset.heldSeconds) * 1000;
    }
    const seconds = (ends - Date.now()) / 1000;
    left.textContent = seconds > 0 ? words(seconds) : "0:00";
    held.classList.toggle("is-ending", seconds < 120);
  };

  const active = () => {
    if (Date.now() - renewed < RENEW_AFTER) return;
    renewed = Date.now();
    document.getElementById("held")?.dispatchEvent(new CustomEvent("arwork:active"));
  };

  if (document.getElementById("held")) {
    for (const name of ["keydown", "pointerdown", "wheel"]) document.addEventListener(name, active, { passive: true });
    tick();
    setInterval(tick, 1000);
  }
})();
