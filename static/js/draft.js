/* What is typed and not logged yet is kept on the server for its writer alone: a moment after each pause, when the
   logoff announces itself, and when the page is left. It says nothing of being at work (X-Background), and patient data
   never stays in the browser. Without this file the form works; a logoff then takes what was typed. */
(() => {
  "use strict";

  const PAUSE = 1500;
  const AGAIN = 15_000;
  const loss = document.getElementById("idle-loss");
  const lost = loss?.textContent;

  const follow = (form) => {
    if (form.dataset.followed) return;
    form.dataset.followed = "1";
    const state = form.querySelector("[data-draft-state]");
    let timer = null;
    let isDirty = false;
    let isBusy = false;

    const say = (words, isWrong) => {
      state.textContent = words;
      state.classList.toggle("bad", isWrong);
      if (isWrong) state.setAttribute("role", "alert");
      else state.removeAttribute("role");  // said aloud after every pause, it would only disturb
      if (loss) loss.textContent = isWrong ? lost : "What you typed here is kept for you: it is in the form when you open this again.";
    };

    const soon = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(keep, pause);
    };

    const keep = async () => {
      clearTimeout(timer);
      if (!isDirty || isBusy || !form.isConnected) return;  // whoever is busy looks again at the end
      isDirty = false;
      isBusy = true;
      const body = new FormData(form);
      body.set("draft_touches", form.dataset.draftTouches);
      try {
        const answer = await fetch(form.dataset.draft, {
          method: "POST", body, keepalive: true, redirect: "manual", headers: { "X-Background": "1" },
        });
        const isPlain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
        if (answer.ok) say(await answer.text(), false);
        else say(isPlain ? await answer.text() : "Not kept: you are signed out, or the server refused. Copy what you wrote.", true);
      } catch {
        isDirty = true;
        say("Not kept yet: there is no connection.", true);
        soon(AGAIN);
      }
      isBusy = false;
      if (isDirty && !state.classList.contains("bad")) soon(PAUSE);
    };

    form.addEventListener("input", () => {
      isDirty = true;
      soon(PAUSE);
    });
    document.querySelector("[data-draft-discard]")?.addEventListener("submit", () => { isDirty = false; });
    document.addEventListener("arwork:idle", keep);
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    addEventListener("pagehide", keep);
  };

  const all = () => document.querySelectorAll("form[data-draft]").forEach(follow);
  all();
  document.addEventListener("htmx:afterSwap", all);
})();
