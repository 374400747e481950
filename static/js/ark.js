// The sheet, opened when htmx fills it; stang-ark and a press beside close it. Ctrl+Enter: Klar, a new line.
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
    const { key, ctrlKey, target } = event, line = ctrlKey && target.closest(".lineedit");
    if (key === "Escape" && !target.value) sheet.close(); // WebKit
    if (key !== "Enter" || !line && !target.matches(".title")) return;
    event.preventDefault();
    if (!line) return target.blur();
    next = line.closest("section").querySelector(".addline").id;
    line.querySelector("button").click();
  });
  on("htmx:afterSettle", () => {
    if (!document.querySelector(".lineedit")) $(next)?.click(); // still open: it was refused
    next = "";
  });
  on("click", ({ target: { dataset: { shrink } } }) => shrink && import(shrink)); // for photos
  on("stang-ark", () => sheet.close());
  sheet.onclick = (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) event.preventDefault(), sheet.close();
  };
  sheet.onclose = () => setTimeout(() => {
    sheet.replaceChildren();
    if (document.activeElement === document.body) ($(from.id) ?? from).focus();
  }, 60); // after the swap
})();
