// What is left: lists in #kvar what utkast.js keeps on this phone, installs the worker, leaves the offline page when the
// network is back. And what is new: htmx asks in #nytt while the page is seen, less often when nobody is there.
addEventListener("load", () => {
  const $ = (id) => document.getElementById(id), on = (name, act) => addEventListener(name, act, true), list = $("kvar");
  const row = list?.querySelector("template").content.firstElementChild;
  let here = Date.now(), asked = 0, focused;
  ["pointermove", "keydown", "scroll", "visibilitychange"].forEach((sign) => on(sign, () => { here = Date.now(); }));
  on("htmx:beforeRequest", (event) => {
    if (event.target.id !== "nytt") return;
    const now = Date.now();
    if (document.hidden || now - here > 6e5 && now - asked < 3e4) event.preventDefault();
    else asked = now;
  });
  on("htmx:beforeSwap", ({ target, detail }) => {
    focused = document.activeElement;
    if (target.id === "nytt" && document.querySelector("input.htmx-request")) detail.shouldSwap = false; // a search is on its way
  });
  on("htmx:oobBeforeSwap", ({ target, detail }) => { detail.shouldSwap = !target.matches("#besked:has(form)"); }); // an undo
  on("htmx:afterSettle", ({ target }) => setTimeout(() => {
    if (!focused?.isConnected) target.querySelector(`[href="${focused?.getAttribute("href")}"]`)?.focus({ preventScroll: true });
  }));
  if (!$("natlos")) delete localStorage.held;
  if (row && !localStorage.held) Object.keys(localStorage).filter((name) => name.startsWith("utkast:")).forEach((name) => {
    const { w, h, a } = JSON.parse(localStorage[name]), copy = row.cloneNode(true), [link, when] = copy.children;
    [link.href, link.textContent, when.textContent] = [a, h, w];
    list.lastElementChild.append(copy);
    list.hidden = false;
  });
  $("inget-kvar")?.toggleAttribute("hidden", !list.hidden);
  navigator.serviceWorker?.register("/sw.js");

  if (!$("natlos") || location.pathname === "/utan-natet") return;
  const back = () => location.reload();
  addEventListener("online", back);
  setInterval(() => fetch("/sw.js", { method: "HEAD" }).then(back, () => {}), 5e3);
});
