/* Automatic logoff (45 CFR 164.312(a)(2)(iii)): two minutes of warning, in every window of this browser at once. */
(() => {
  "use strict";

  const dialog = document.getElementById("idle");
  if (!dialog) return;
  const SEEN = "arwork-seen";
  const WARNING = 120;
  const limit = Number(dialog.dataset.idleSeconds);
  const count = document.getElementById("idle-count");

  const seen = () => localStorage.setItem(SEEN, String(Date.now()));
  const left = () => limit - (Date.now() - Number(localStorage.getItem(SEEN) || 0)) / 1000;

  // Signing out is sent, not only shown: the session ends now, whatever the server has seen since.
  const leave = () => {
    clearInterval(timer);
    const form = document.getElementById("idle-leave");
    form.elements.next.value = location.pathname + location.search;
    form.submit();
  };

  const tick = () => {
    const seconds = Math.ceil(left());
    if (seconds <= 0) return leave();
    if (seconds > Math.min(WARNING, limit / 2)) {
      if (dialog.open) dialog.close();
      return;
    }
    count.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (dialog.open) return;
    document.dispatchEvent(new CustomEvent("arwork:idle"));
    dialog.showModal();
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (dialog.contains(event.detail.elt)) {
      if (xhr.status !== 204) return leave();
      dialog.close();
    }
    if (xhr.status && !requestConfig.headers["X-Background"]) seen();
  });

  seen();
  const timer = setInterval(tick, 1000);
})();
