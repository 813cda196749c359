/* Entering an EOB: the lines are computed as they are typed, Enter leads to the next cell that is needed, and what is
   typed is saved by itself. The server reads it all again (claims/eobs/entry_rules.py) and has the last word; without
   this file the form works, and Save fills in what lines propose.

   Amounts are cents. A cell that holds what was proposed may be proposed anew; one that somebody typed into is theirs. */
(() => {
  "use strict";

  const PAUSE = 1500;
  const AGAIN = 15_000;
  const REASONS = ["contractual", "deductible", "coinsurance", "copay"];
  const form = document.querySelector("form[data-eob]");
  if (!form) return;
  const entry = () => document.getElementById("entry");
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const plain = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 });

  /* Cents; nothing is 0, what can't be read is NaN. */
  const cents = (text) => {
    let bare = text.trim().replace("\u2212", "-").replace("$", "");
    if (/^\(.*\)$/.test(bare)) bare = `-${bare.slice(1, -1)}`;
    if (!bare) return 0;
    if (!/^(-?\d{1,3}(,\d{3})+(\.\d{1,2})?|-?\d*\.?\d{0,2})$/.test(bare) || !/\d/.test(bare)) return NaN;
    return Math.round(Number(bare.replaceAll(",", "")) * 100);
  };
  const partOf = (part) => (part.trim() ? cents(part.trim().split(/[: ]+/).pop()) : 0);
  const others = (text) => text.split(/[;\n]|,(?!\d{3}\b)/).reduce((sum, part) => sum + partOf(part), 0);
  const dollars = (amount) => (amount / 100).toFixed(2);

  const cellsOf = (line) => Object.fromEntries([...line.querySelectorAll("[data-cell]")].map((one) => [one.dataset.cell, one]));
  const lines = () => [...entry().querySelectorAll("[data-line]")];
  const isBlank = (cells) => Object.values(cells).every((one) => !one.value.trim());
  const isOurs = (cell) => !cell.value.trim() || cell.value === cell.dataset.proposed;

  const chargeOf = (line) => {
    const isReversal = line.closest("[data-claim]").querySelector("[data-status]").value === "22";
    return cents(line.dataset.charge) * (isReversal ? -1 : 1);
  };

  /* As `proposed` in entry_rules.py: the contract takes what was not allowed, the patient what was allowed and not paid. */
  const propose = (line) => {
    const cells = cellsOf(line);
    if (!cells.allowed.value.trim() || !cells.paid.value.trim()) return;
    const charge = chargeOf(line);
    const sign = charge < 0 ? -1 : 1;
    const open = ["contractual", "coinsurance"].filter((name) => isOurs(cells[name]));
    const known = REASONS.filter((name) => !open.includes(name)).reduce((sum, name) => sum + cents(cells[name].value), 0);
    const allowed = cents(cells.allowed.value);
    const rest = charge - cents(cells.paid.value) - known - others(cells.other.value);
    if (Number.isNaN(allowed + rest)) return;
    const shares = { contractual: 0, coinsurance: 0 };
    if (allowed && rest * sign > 0) {
      if (open.length === 2) {
        shares.contractual = Math.min(Math.max((charge - allowed) * sign, 0), rest * sign) * sign;
        shares.coinsurance = rest - shares.contractual;
      } else shares[open[0]] = rest;
    }
    open.forEach((name) => {
      cells[name].value = cells[name].dataset.proposed = shares[name] ? dollars(shares[name]) : "";
    });
  };

  const restOf = (line) => {
    const cells = cellsOf(line);
    const taken = REASONS.reduce((sum, name) => sum + cents(cells[name].value), 0);
    return chargeOf(line) - cents(cells.paid.value) - taken - others(cells.other.value);
  };

  const sum = () => {
    let paid = 0;
    entry().querySelectorAll("[data-claim]").forEach((claim) => {
      let ofClaim = 0;
      let share = 0;
      claim.querySelectorAll("[data-line]").forEach((line) => {
        const cells = cellsOf(line);
        const rest = restOf(line);
        line.querySelector("[data-rest]").textContent = Number.isNaN(rest) ? "?" : plain.format(rest / 100);
        line.querySelector("[data-rest]").classList.toggle("bad", !isBlank(cells) && rest !== 0);
        line.querySelector("[data-charged]").textContent = plain.format(chargeOf(line) / 100);
        ofClaim += cents(cells.paid.value) || 0;
        share += ["deductible", "coinsurance", "copay"].reduce((total, name) => total + (cents(cells[name].value) || 0), 0);
      });
      claim.querySelector("[data-claim-paid]").textContent = money.format(ofClaim / 100);
      claim.querySelector("[data-claim-share]").textContent = money.format(share / 100);
      paid += ofClaim;
    });
    const provider = [...entry().querySelectorAll("[data-provider-amount]")].reduce((total, one) => total + (cents(one.value) || 0), 0);
    const left = cents(entry().dataset.check) - paid - provider;
    entry().querySelector("[data-paid]").textContent = money.format(paid / 100);
    entry().querySelector("[data-provider]").textContent = money.format(provider / 100);
    entry().querySelector("[data-difference]").textContent = money.format(left / 100);
    entry().querySelector("[data-ties]").textContent = left ? (left > 0 ? "not entered yet" : "more than the check") : "makes the check";
  };

  /* Enter: from allowed to paid; from paid on to what the line still lacks, else to the next line, else to the search. */
  const onward = (cell) => {
    const line = cell.closest("[data-line]");
    const cells = Object.values(cellsOf(line));
    const at = cells.indexOf(cell);
    if (cell.dataset.cell === "allowed") return cells[at + 1];
    if (restOf(line) !== 0 && at + 1 < cells.length) return cells[at + 1];
    const all = lines();
    const next = all.slice(all.indexOf(line) + 1)[0];
    return next ? next.querySelector("[data-cell]") : document.getElementById("find");
  };

  const beside = (cell, step) => {
    const all = lines();
    const next = all[all.indexOf(cell.closest("[data-line]")) + step];
    return next?.querySelector(`[data-cell="${cell.dataset.cell}"]`);
  };

  const go = (to) => {
    if (!to) return;
    to.focus();
    to.select?.();
  };

  /* Nobody waits for a claim to appear: what is typed meanwhile goes into its first cell. */
  let held = null;
  const enter = (cell) => {
    propose(cell.closest("[data-line]"));
    sum();
    go(onward(cell));
  };
  const replay = () => {
    const keys = held ?? [];
    held = null;
    keys.forEach((key) => {
      const cell = document.activeElement;
      if (key === "Enter" && cell.matches("[data-cell]")) enter(cell);
      else if (key.length === 1 && cell.matches("input")) {
        cell.setRangeText(key, cell.selectionStart, cell.selectionEnd, "end");
        cell.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
  };
  ["htmx:sendError", "htmx:responseError"].forEach((name) => document.addEventListener(name, () => { held = null; }));

  form.addEventListener("keydown", (event) => {
    if (held && !event.ctrlKey && !event.metaKey && (event.key.length === 1 || event.key === "Enter")) {
      event.preventDefault();
      held.push(event.key);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.id === "find" && event.key === "Enter") {
      event.preventDefault();
      if (event.target.value.trim()) held = [];
      entry().querySelector("[data-finds]").click();
      return;
    }
    if (!event.target.matches("[data-cell]")) {
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (step) go(beside(event.target, step));
    else enter(event.target);
  });

  /* Saving by itself. Whoever saved meanwhile stops it: what is typed stays in the page. */
  let timer = null;
  let isDirty = false;
  let isBusy = false;
  let isStopped = false;

  const say = (words, isWrong) => {
    const said = entry().querySelector("[data-said]");
    if (!said) return;
    said.textContent = words;
    said.classList.toggle("bad", isWrong);
    if (isWrong) said.setAttribute("role", "alert");
  };

  const soon = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };

  const setVersion = (version) => document.querySelectorAll("[data-version]").forEach((one) => { one.value = version; });

  const showFaults = (errors) => {
    form.querySelectorAll("[data-says], [data-faults]").forEach((place) => {
      const name = place.dataset.says ?? place.dataset.faults;
      const own = Object.entries(errors).filter(([where]) => where.startsWith(`${name}.`) && (place.dataset.says || !/\.l\d/.test(where)));
      const line = place.dataset.says && document.querySelector(`[data-line="${name}"]`);
      const isNew = line && isBlank(cellsOf(line));
      (place.querySelector(".error") ?? place).textContent = own.map(([, words]) => words).join(" ");
      place.hidden = !own.length || isNew;
    });
    form.querySelectorAll("[data-cell]").forEach((cell) => {
      const words = errors[cell.name];
      if (words) cell.setAttribute("aria-invalid", "true");
      else cell.removeAttribute("aria-invalid");
      cell.title = words ?? "";
    });
  };

  const save = async () => {
    clearTimeout(timer);
    if (!isDirty || isBusy || isStopped) return;
    isDirty = false;
    isBusy = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), keepalive: true, redirect: "manual",
        headers: { Accept: "application/json", "X-Background": "1" },
      });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      const told = isJson ? await answer.json() : {};
      if (answer.ok && isJson) {
        setVersion(told.version);
        showFaults(told.errors);
        say(told.said, false);
      } else {
        isStopped = answer.status === 409;
        say(told.problem ?? "Not saved: you are signed out, or the server refused. Note what you typed.", true);
      }
    } catch {
      isDirty = true;
      say("Not saved yet: there is no connection.", true);
      soon(AGAIN);
    }
    isBusy = false;
    if (isDirty && !isStopped) soon(PAUSE);
  };

  form.addEventListener("input", (event) => {
    if (event.target.id === "find") return;
    isDirty = true;
    sum();
    soon(PAUSE);
  });
  form.addEventListener("change", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) propose(line);
    sum();
  });
  /* A form that is sent brings the version along: what is being saved has to be through first. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.closest("#entry")) return;
    clearTimeout(timer);
    isDirty = false;
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!isBusy || !event.target.closest("#entry")) return;
    event.preventDefault();
    const wait = () => (isBusy ? setTimeout(wait, 20) : event.detail.issueRequest());
    wait();
  });
  form.addEventListener("submit", (event) => {
    if (!isBusy) {
      isDirty = false;
      clearTimeout(timer);
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    const wait = () => (isBusy ? setTimeout(wait, 20) : form.requestSubmit(submitter));
    wait();
  });
  document.addEventListener("arwork:idle", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });

  const mark = () => lines().forEach((line) => {
    const cells = cellsOf(line);
    ["contractual", "coinsurance"].forEach((name) => {
      const cell = cells[name];
      const typed = cell.value;
      cell.value = "";
      propose(line);
      if (cell.value !== typed) delete cell.dataset.proposed;
      cell.value = typed;
    });
  });

  document.addEventListener("htmx:afterSwap", () => {
    if (!entry()) return;
    setVersion(entry().querySelector("[data-version]").value);
    mark();
    sum();
    const claims = entry().querySelectorAll("[data-claim]");
    if (entry().dataset.added !== undefined && claims.length) go(claims[claims.length - 1].querySelector("[data-cell]"));
    else go(entry().querySelector("[data-adds]") ?? document.getElementById("find"));
    replay();
  });
  mark();
  sum();
})();
