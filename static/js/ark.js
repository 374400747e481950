// The sheet: what htmx puts into <dialog id="ark"> is shown as a dialog; HX-Trigger: stang-ark, Stäng, Esc and a press beside it close it.
(() => {
  const sheet = document.getElementById("ark");
  if (!sheet?.showModal) return;
  let from = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === sheet && !sheet.open) from = event.detail.elt.id || event.detail.elt;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === sheet && !sheet.open && sheet.firstElementChild) sheet.showModal();
  });
  document.addEventListener("stang-ark", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) { event.preventDefault(); sheet.close(); }
  });
  // The content goes a moment later: the answer that closed the sheet is still being put in its place.
  sheet.addEventListener("close", () => setTimeout(() => {
    sheet.replaceChildren();
    const opener = typeof from === "string" ? document.getElementById(from) : from;
    if (document.activeElement === document.body) opener?.focus();
  }, 60));
})();
