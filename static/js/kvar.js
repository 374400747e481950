// Lists in #kvar what utkast.js keeps on this phone, installs the worker, leaves the offline page when the network is back.
addEventListener("load", () => {
  const $ = (id) => document.getElementById(id), list = $("kvar"), row = list.querySelector("template").content.firstElementChild;
  Object.keys(localStorage).filter((name) => name.startsWith("utkast:")).forEach((name) => {
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
