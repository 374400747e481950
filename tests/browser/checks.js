// What checks.py asks of the page in the browser. Each answers with plain words, empty when nothing is wrong.
({
  // axe-core, already loaded: one text per rule that is broken.
  async violations(options) {
    const text = (node) => {
      const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
      return `    ${node.target.join(" ")}  ${node.html.slice(0, 160)}\n      ${why}`;
    };
    const found = await axe.run(document, options);
    return found.violations.map((one) => `${one.id}: ${one.help}\n${one.nodes.map(text).join("\n")}`);
  },

  // What reaches beyond the right edge. The strip of filters scrolls by itself.
  sideways() {
    const root = document.documentElement, wide = [];
    if (root.scrollWidth <= root.clientWidth) return wide;
    for (const one of document.body.querySelectorAll("*")) {
      const box = one.getBoundingClientRect();
      if (!box.width || box.right <= root.clientWidth + 0.5 || one.closest(".filters, svg")) continue;
      wide.push(`${one.tagName}.${one.className} to ${Math.round(box.right)} "${one.textContent.trim().slice(0, 30)}"`);
    }
    return wide.length ? wide.slice(-4) : [`the page itself, ${root.scrollWidth}`];
  },

  // Text that its own box cuts.
  clipped() {
    const cuts = (one) => {
      if (one.closest(".vh, [hidden], svg, dialog:not([open])")) return false;
      if (!["hidden", "clip"].includes(getComputedStyle(one).overflowX)) return false;
      const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      const isOver = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 3;
      return hasText && one.clientWidth > 1 && isOver;
    };
    return [...document.body.querySelectorAll("*")].filter(cuts)
      .map((one) => `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 40)}"`);
  },

  // Controls that a thumb cannot hit: a box is as large as its label, a link in a sentence as high as its line.
  small([thumb, inline]) {
    const small = [];
    const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex='0']";
    for (const one of document.querySelectorAll(controls)) {
      if (one.matches(".vh") || one.closest("[hidden], [aria-hidden=true], .skip, dialog:not([open])")) continue;
      const label = one.matches("[type=checkbox], [type=radio], [type=file].vh") ? one.closest("label") : null;
      const target = label ?? one, box = target.getBoundingClientRect();
      if (!box.width || !box.height || !target.checkVisibility({ visibilityProperty: true })) continue;
      const isText = (node) => node.nodeType === 3 && node.textContent.trim();
      const runs = one.matches("a") && getComputedStyle(one).display === "inline"
        && [...one.parentElement.childNodes].some(isText);
      const least = runs ? inline : thumb;
      if (box.height >= least - 0.5 && (runs || box.width >= least - 0.5)) continue;
      const name = (one.textContent || one.name || "").trim().slice(0, 40);
      small.push(`${one.tagName}.${one.className} "${name}" ${Math.round(box.width)}x${Math.round(box.height)} < ${least}`);
    }
    return small;
  },

  // Where the focus begins: before everything.
  begin() {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  },

  // The element with the focus: whether it can be seen (not under a bar), has a ring, and was here before.
  stop() {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const shown = one.matches("[type=checkbox], [type=radio], [type=file].vh") ? one.closest("label") ?? one : one;
    const box = shown.getBoundingClientRect();
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 40), 1), innerWidth - 1);
    const isSeen = [0.15, 0.5, 0.85].some((part) => {
      const hit = document.elementFromPoint(x, box.top + box.height * part);
      return hit && (shown.contains(hit) || hit.contains(shown));
    });
    const hasRing = [one, shown, shown.querySelector(".box, .track")].filter(Boolean).some((it) => {
      const style = getComputedStyle(it);
      return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    });
    const again = one.dataset.stopped === "1";
    one.dataset.stopped = "1";
    return { name: `${one.tagName}#${one.id} ${(one.textContent || one.name || "").trim().slice(0, 40)}`, isSeen, hasRing, again };
  },
})
