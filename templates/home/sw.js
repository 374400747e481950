// The service worker: keeps static files and the page for when there is no network. Never a page with data, never a POST.
const CACHE = "handslag-{{ version }}", OFFLINE = "/utan-natet", OURS = /^\/(?![ol]\/)/;
const FILES = [OFFLINE, "{{ asset('made/firma.css') }}", "{{ asset('fonts/familjen-grotesk.414d5dfe5f.woff2') }}", "{{ asset('js/utkast.js') }}", "{{ asset('js/kvar.js') }}"];
const kept = (request) => caches.match(request).then((found) => found ?? fetch(request));
addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});
addEventListener("activate", (event) => event.waitUntil(caches.keys().then((names) =>
  Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))));
addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && OURS.test(pathname)) event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (FILES.includes(pathname)) event.respondWith(kept(request));
});
