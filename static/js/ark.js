// The sheet: opens when htmx fills it; HX-Trigger stang-ark, Stäng, Esc and a press beside it close it. Ctrl+Enter in a line: Klar, and the sheet for a new one.
(() => {
  const $ = (id) => document.getElementById(id), sheet = $("ark"), on = (name, act) => document.addEventListener(name, act);
  let from, next;
  if (!sheet?.showModal) return;
  on("htmx:beforeRequest", ({ detail: { target, elt } }) => {
    if (target === sheet && !sheet.open) from = elt;
  });
  on("htmx:afterSwap", ({ detail: { target } }) => {
    if (target === sheet && !sheet.open && sheet.firstElementChild) sheet.showModal();
  });
  on("keydown", (event) => {
    const line = event.key === "Enter" && event.ctrlKey && event.target.closest(".lineedit");
    if (!line) return;
    event.preventDefault();
    next = line.closest("section").querySelector(".addline").id;
    line.querySelector("button").click();
  });
  on("htmx:afterSettle", () => {
    if (!document.querySelector(".lineedit")) $(next)?.click(); // still open: it was refused
    next = "";
  });
  on("click", ({ target: { dataset: { shrink } } }) => shrink && import(shrink)); // while photos are being chosen
  on("stang-ark", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) { event.preventDefault(); sheet.close(); }
  });
  sheet.addEventListener("close", () => setTimeout(() => {
    sheet.replaceChildren();
    if (document.activeElement === document.body) ($(from.id) ?? from).focus();
  }, 60)); // the answer that closed it is still being put in place
})();
