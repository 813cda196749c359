/* The outcome form: digits show a group, a letter chooses, and the hand is at once where something is to be typed.
   Then the server proposes the next day. Also: how long the item is still held, renewed while somebody is at work.
   Without this file everything is visible and works. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-outcome]");
  const RENEW_AFTER = 60_000;

  if (form) {
    const groups = () => [...form.querySelectorAll("[data-group]")];
    const chosen = () => form.querySelector('input[name="disposition"]:checked');
    const proposal = document.getElementById("proposal");
    let arrows = false;

    const open = (code) => {
      for (const link of groups()) {
        const here = link.dataset.group === code;
        if (here) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
        document.getElementById(`do-${link.dataset.group}`).classList.toggle("is-on", here);
      }
    };

    const control = (box) => box.querySelector("input:not([type=checkbox]), select, textarea");

    const fields = () => {
      const code = chosen()?.value;
      const has = (box, kind) => Boolean(code) && box.dataset[kind].split(" ").includes(code);
      let first = null;
      for (const box of form.querySelectorAll("[data-needs]")) {
        const needed = has(box, "needs");
        box.classList.toggle("is-on", needed || has(box, "asks"));
        box.classList.toggle("is-needed", needed);
        const field = control(box);
        if (field) field.setAttribute("aria-required", String(needed));
        if (needed && field && !field.value && !first) first = field;
      }
      return first || form.elements.note;
    };

    const ask = () => proposal.dispatchEvent(new CustomEvent("arwork:propose"));

    form.addEventListener("click", (event) => {
      const link = event.target.closest("[data-group]");
      if (!link) return;
      event.preventDefault();
      open(link.dataset.group);
      const outcomes = document.getElementById(`do-${link.dataset.group}`).querySelectorAll("input");
      if (outcomes.length === 1) outcomes[0].click();
    });

    form.addEventListener("change", (event) => {
      if (event.target.name === "next_on" || event.target.name === "note") return;
      if (event.target.name === "disposition") {
        open(event.target.closest(".outcomes-of").id.slice(3));
        form.querySelector(".notice-error")?.remove();
        const next = fields();
        // Arrow keys walk through the outcomes: the focus stays with them.
        if (!arrows) next.focus();
      }
      ask();
    });

    document.addEventListener("keydown", (event) => { arrows = event.key.startsWith("Arrow"); }, true);
    document.addEventListener("pointerdown", () => { arrows = false; }, true);

    if (chosen()) {
      const next = fields();
      const wrong = form.querySelector("[aria-invalid=true]");
      (wrong || (form.querySelector(".notice-error") ? next : null))?.focus();
      // htmx listens once the page has loaded.
      if (!form.querySelector(".notice-error")) addEventListener("load", ask);
    }
  }

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
