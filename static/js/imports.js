// Files dropped anywhere on the drop area go up at once; without this script the file chooser and its button do.
(() => {
  "use strict";
  document.addEventListener("dragover", (event) => {
    if (event.target.closest?.(".drop")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const input = event.target.closest?.(".drop")?.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
})();
