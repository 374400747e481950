// Keeps what is typed in [data-keep] until the server has it, offers it back, and says in #sparat how autosave goes.
(() => {
  const $ = (id) => document.getElementById(id), all = (what, root = document) => [...root.querySelectorAll(what)];
  const on = (name, act) => document.addEventListener(name, act);
  const store = localStorage, word = $("ord")?.dataset ?? {}, FORM = "form[data-keep-as]", failed = new Set(), met = new WeakSet(), sent = new WeakMap();
  const key = (form) => "utkast:" + form.dataset.keepAs;
  const drop = (name) => store.removeItem(name);
  const read = (name) => JSON.parse(store.getItem(name));
  const status = (textContent, bad = "") => Object.assign($("sparat") ?? {}, { textContent, className: "saved" + bad });
  const fill = (part, ...texts) => {
    const copy = part.cloneNode(true);
    all("[data-at]", copy).forEach((place, at) => { place.textContent = texts[at]; });
    return copy;
  };
  const offer = (form) => {
    const name = key(form), kept = !met.has(form) && read(name);
    met.add(form);
    if (!kept) return;
    const mine = kept.v, fields = all("[data-keep]", form).filter(({ name, value }) => (mine[name] ?? value) !== value);
    if (!fields[0]) return document.querySelector("[aria-invalid], main [role=alert]") || drop(name); // refused
    const bar = fill($("t-utkast").content.firstElementChild, kept.w), list = bar.querySelector("dl");
    list.replaceChildren(...fields.map(({ name, value, labels }) =>
      fill(list.firstElementChild, labels[0].textContent, mine[name] || "–", value || "–")));
    bar.addEventListener("click", ({ target }) => {
      const act = target.dataset.act;
      if (!act) return;
      bar.remove();
      if (act === "drop") return drop(name);
      fields.forEach((field) => { field.value = mine[field.name]; });
      fields[0].dispatchEvent(new Event("change", { bubbles: true }));
    });
    form.prepend(bar);
    form.closest("details")?.setAttribute("open", "");
  };
  const look = () => all(FORM).forEach(offer);
  const again = () => failed.forEach((form) => form.dispatchEvent(new Event("change")));
  let wait = 5, timer;

  on("input", ({ target }) => {
    const form = target.closest(FORM), v = {};
    if (!form || !target.matches("[data-keep]")) return;
    all("[data-keep]", form).forEach(({ name, type, value }) => { // no personnummer
      v[name] = type === "tel" ? value : value.replace(/\d\d[01]\d{3}[-+ ]?\d{4}/g, "");
    });
    const t = Date.now(), w = new Date().toLocaleString("sv").slice(0, 16).replace(":", ".");
    store.setItem(key(form), JSON.stringify({ t, w, h: document.title, a: form.dataset.keepAt ?? location.pathname, v }));
  });
  on("click", ({ target }) => {
    const link = target.closest("[data-drop]");
    if (link) drop(link.dataset.drop ? "utkast:" + link.dataset.drop : key(link.closest(FORM)));
  });
  on("formdata", ({ target, formData }) => {
    if (target.matches(FORM)) formData.set("utkast", target.dataset.keepAs), formData.set("sent", Date.now());
  });
  on("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
    const form = elt.closest(FORM);
    if (!form) return;
    sent.set(xhr, [form, store.getItem(key(form))]);
    if (form.matches("[data-autosave]")) status(word.saving);
  });
  on("htmx:afterRequest", ({ detail: { elt, xhr, successful } }) => {
    const [form, text] = sent.get(xhr) ?? [], code = xhr.status; // the element may be gone from the page
    if (!form) return;
    if (successful) {
      failed.delete(form);
      wait = 5;
      if (text === store.getItem(key(form))) drop(key(form));
    } else if (elt.matches("[data-autosave]") && (!code || code === 429 || code > 499)) {
      failed.add(form);
      clearTimeout(timer);
      timer = setTimeout(again, 1000 * Math.min(wait, 30));
      wait *= 3;
      status(word.unsaved, " bad");
    } else if ($("sparat")?.textContent === word.saving) status("");
  });
  on("htmx:afterSettle", look);
  addEventListener("online", again);

  if (word.me && store.me !== word.me) { store.clear(); store.me = word.me; }
  $("besked")?.dataset.arrived?.split(" ").forEach((name) => drop("utkast:" + name));
  addEventListener("load", () => {
    Object.keys(store).forEach((name) => {
      const { t, a } = name.startsWith("utkast:") && read(name);
      if (Date.now() - t > 7 * 864e5) drop(name);
      else if (a) document.querySelector(`a.line[href="${a}"]`)?.click();
    });
    look();
  });
})();
