/* The clock of a call: what the server counted goes on by the second, until the next answer brings the truth. */
(() => {
  "use strict";

  const words = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  let counted = null;
  let began = 0;

  const tick = () => {
    const clock = document.getElementById("call-clock");
    if (!clock?.dataset.stage) return;
    if (clock !== counted) {
      counted = clock;
      began = Date.now();
    }
    const past = (Date.now() - began) / 1000;
    const shown = clock.querySelector(`[data-clock="${clock.dataset.stage}"]`);
    if (shown) shown.textContent = words(Number(clock.dataset[clock.dataset.stage]) + past);
  };

  tick();
  setInterval(tick, 1000);
})();
