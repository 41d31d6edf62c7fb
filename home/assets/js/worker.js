// Network first, always: what is shown is what is true. What the server says may be kept (X-Keep) stays readable without
// a network: `read` for notices and answers, `own` for one's own tickets, until one signs out. The server writes SHELL
// above this line.
"use strict";
const ELSEWHERE = /^\/(admin|api|files|demo)\//;
const MOST_READ = 30;
const PATIENCE = 5000; // milliseconds that a weak network has, where something kept can be shown instead

self.addEventListener("install", (event) => {
  const fresh = async () => {
    // Pages that were kept in an earlier look would stand there without it.
    await Promise.all(["shell", "read"].map((name) => caches.delete(name)));
    await (await caches.open("shell")).addAll(SHELL);
    await self.skipWaiting();
  };
  event.waitUntil(fresh());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || ELSEWHERE.test(pathname)) return;
  if (pathname === "/logout/") event.waitUntil(caches.delete("own"));
  if (request.method !== "GET") return;
  if (SHELL.includes(pathname)) event.respondWith(fetch(request).catch(() => copyOf(request)));
  else if (request.mode === "navigate") event.respondWith(page(event));
});

const copyOf = (request) => caches.match(request, { ignoreVary: true });

const page = async (event) => {
  const { request } = event;
  const answer = fetch(request).then(async (response) => {
    const shelf = response.headers.get("X-Keep");
    if (shelf) await keep(shelf, request, response.clone());
    return response;
  });
  event.waitUntil(answer.catch(() => {}));
  const copy = await copyOf(request);
  try {
    if (!copy) return await answer;
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, copy));
    return await Promise.race([answer, late]);
  } catch {
    return copy || copyOf(SHELL[0]);
  }
};

const keep = async (name, request, response) => {
  const shelf = await caches.open(name);
  await shelf.put(request, response);
  if (name === "read") {
    const all = await shelf.keys();
    await Promise.all(all.slice(0, -MOST_READ).map((old) => shelf.delete(old)));
  }
};
