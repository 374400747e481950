// Nothing typed is lost: fields marked data-keep in <form data-keep-as="…"> stay in this browser until the server has answered 2xx,
// and a form marked data-autosave says how it goes in #sparat and tries again after 5, 15 and 30 seconds. Never mark a personnummer.
(() => {
  const word = (name) => document.getElementById("ord")?.dataset[name] ?? "";
  const key = (form) => "utkast:" + form.dataset.keepAs;
  const fields = (form) => [...form.querySelectorAll("[data-keep]")];
  const typed = (form) => Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
  const status = (text, bad) => {
    const place = document.getElementById("sparat");
    if (place) { place.textContent = text; place.classList.toggle("bad", !!bad); }
  };
  const WAITS = [5, 15, 30], WEEK = 7 * 864e5;
  const tries = new WeakMap();

  const offer = (form) => {
    if (form.querySelector(".kept")) return;
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key(form))); } catch { /* written by another version: dropped below */ }
    if (kept?.t > (form.seen ??= Date.now())) return; // typed into this very form, which still shows it
    const now = typed(form);
    if (!kept?.v || Date.now() - kept.t > WEEK || Object.keys(now).every((name) => (kept.v[name] ?? now[name]) === now[name])) {
      return localStorage.removeItem(key(form));
    }
    const bar = document.getElementById("t-utkast")?.content.firstElementChild.cloneNode(true);
    if (!bar) return;
    const clock = new Date(kept.t).toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");
    bar.querySelector("[data-clock]").textContent = clock;
    bar.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (!act) return;
      bar.remove();
      if (act === "drop") return localStorage.removeItem(key(form));
      fields(form).forEach((field) => { field.value = kept.v[field.name] ?? field.value; });
      fields(form)[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    });
    form.prepend(bar);
  };
  const look = () => document.querySelectorAll("form[data-keep-as]").forEach(offer);

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-keep]")?.closest("form[data-keep-as]");
    if (form) localStorage.setItem(key(form), JSON.stringify({ t: Date.now(), v: typed(form) }));
  });
  document.addEventListener("click", (event) => { // "keep theirs": what was typed here is let go
    const form = event.target.closest("[data-drop]")?.closest("form[data-keep-as]");
    if (form) localStorage.removeItem(key(form));
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest("form[data-keep-as], form[data-autosave]");
    if (!form) return;
    clearTimeout(tries.get(form)?.timer);
    form.sent = localStorage.getItem(key(form));
    if (form.matches("[data-autosave]")) status(word("saving"));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-keep-as], form[data-autosave]"), answer = event.detail.xhr.status;
    if (!form) return;
    if (answer > 199 && answer < 300) {
      tries.delete(form);
      if (form.sent === localStorage.getItem(key(form))) localStorage.removeItem(key(form)); // nothing typed since
    } else if (form.matches("[data-autosave]") && (answer === 0 || answer === 429 || answer > 499) && event.detail.elt === form) {
      const before = tries.get(form) ?? { n: 0 };
      clearTimeout(before.timer);
      const again = () => form.isConnected && form.dispatchEvent(new Event("change"));
      tries.set(form, { n: before.n + 1, timer: setTimeout(again, 1000 * WAITS[Math.min(before.n, 2)]), again });
      status(word("unsaved"), true);
    } else if (form.matches("[data-autosave]")) {
      const place = document.getElementById("sparat");
      if (place?.textContent === word("saving")) status("");
    }
  });
  addEventListener("online", () => document.querySelectorAll("form[data-autosave]").forEach((form) => tries.get(form)?.again()));
  document.addEventListener("htmx:afterSettle", look);
  look();
})();
