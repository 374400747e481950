// What went wrong, and where to look. No page needs this file. Its words: #ord.
(() => {
  const $ = (id) => document.getElementById(id);
  const word = (name) => $("ord")?.dataset[name] ?? "";
  const on = (name, act) => document.addEventListener(name, act);
  const net = () => $("natet")?.toggleAttribute("hidden", navigator.onLine);
  let spoke = 0;

  const say = (text) => {
    const box = $("besked");
    if (!box || !text) return;
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    box.replaceChildren(toast);
    spoke = Date.now();
  };
  // <id>-e speaks for its field.
  const mark = () => document.querySelectorAll(".errmsg[id$='-e']").forEach((slot) => {
    const field = $(slot.id.slice(0, -2));
    if (!field) return;
    const bad = slot.textContent.trim() !== "", hint = slot.id.slice(0, -1) + "h";
    slot.closest(".field")?.classList.toggle("err", bad);
    bad ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
    const told = [bad && slot.id, $(hint) && hint].filter(Boolean).join(" ");
    told ? field.setAttribute("aria-describedby", told) : field.removeAttribute("aria-describedby");
  });
  const start = (root) => {
    root.querySelectorAll("[data-show]").forEach((button) => { button.hidden = false; });
    root.querySelector("#felen:not(.seen)")?.focus();
    root.querySelector("#felen")?.classList.add("seen");
  };
  const rest = (form) => form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");

  start(document);
  net();
  addEventListener("online", net);
  addEventListener("offline", net);
  addEventListener("pageshow", () => rest(document));

  on("submit", (event) => {
    if (event.target.matches("[data-logout]")) localStorage.clear();
    if (event.submitter?.matches(".btn")) event.submitter.setAttribute("aria-busy", "true");
  });
  on("click", (event) => {
    if (Date.now() - spoke > 10000 && !event.target.closest("#besked")) $("besked")?.replaceChildren();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest(".pop a, .pop button")) menu.open = false;
    });
    const show = event.target.closest("[data-show]"), field = show && $(show.dataset.show);
    if (field) {
      field.type = field.type === "password" ? "text" : "password";
      [show.textContent, show.dataset.hide] = [show.dataset.hide, show.textContent];
    }
  });
  on("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.firstElementChild.focus(); }
  });

  // For the customer htmx and font come after the paint. What was ticked or typed before is told.
  const later = document.querySelector("[data-later]");
  const came = () => document.querySelectorAll("[hx-trigger=change] input").forEach((box) => {
    if (box.checked !== box.defaultChecked || box.value !== box.defaultValue) htmx.trigger(box, "change");
  });
  addEventListener("load", () => {
    document.fonts.load("1em Familjen Grotesk").catch(() => {});
    if (later) document.head.append(
      Object.assign(document.createElement("script"), { src: later.dataset.later, onload: came }));
  });

  const slow = new WeakMap();
  let focused = false;
  on("htmx:beforeSend", (event) => slow.set(event.detail.xhr, setTimeout(say, 5000, word("slow"))));
  on("htmx:afterRequest", ({ detail: { xhr, elt } }) => { clearTimeout(slow.get(xhr)); rest(elt); });
  on("htmx:beforeSwap", () => { focused = document.activeElement !== document.body; });
  on("htmx:afterSettle", (event) => {
    mark();
    start(event.detail.elt);
    if (!focused || document.activeElement !== document.body) return;
    const next = event.detail.elt.querySelector("a[href], button, input:not([type=hidden]), select, textarea, summary");
    next?.focus({ preventScroll: true });
  });
  on("htmx:oobAfterSwap", (event) => { if (event.detail.target?.id === "besked") spoke = Date.now(); mark(); });
  on("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status !== 401 && !(status > 499 && event.detail.elt.matches("[data-autosave]"))) say(word(status) || word(500));
  });
  const lost = (event) => { net(); if (navigator.onLine && !event.detail.elt.matches("[data-autosave]")) say(word("lost")); };
  on("htmx:sendError", lost);
  on("htmx:timeout", lost);

  // The customer has touched the page: told once, by no mail scanner.
  const opened = $("oppnad");
  if (opened) {
    const signs = ["pointerdown", "keydown", "scroll"];
    const tell = () => {
      signs.forEach((sign) => removeEventListener(sign, tell, true));
      fetch(opened.action, { method: "POST", body: new URLSearchParams(new FormData(opened)), keepalive: true }).catch(() => {});
    };
    signs.forEach((sign) => addEventListener(sign, tell, true));
  }
})();
