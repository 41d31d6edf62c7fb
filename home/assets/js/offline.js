// The page without a network lists what this device has kept.
(async () => {
  "use strict";
  document.querySelector("[data-again]")?.addEventListener("click", () => location.reload());
  addEventListener("online", () => location.reload());
  const list = document.querySelector("[data-kept]");
  if (!list || !window.caches) return;
  const row = (href, title) => {
    const entry = document.createElement("a");
    entry.className = "cell";
    entry.href = href;
    entry.textContent = title;
    const item = document.createElement("li");
    item.append(entry);
    list.append(item);
    list.closest("section").hidden = false;
  };
  for (const name of ["own", "read"]) {
    const shelf = await caches.open(name);
    for (const request of (await shelf.keys()).reverse()) {
      const { pathname, search } = new URL(request.url);
      const response = await shelf.match(request, { ignoreVary: true });
      if (pathname.endsWith(".pdf")) row(pathname, `${list.dataset.ticket} ${pathname.match(/([\w-]+)\.pdf$/)[1]}`);
      else {
        const { title } = new DOMParser().parseFromString(await response.text(), "text/html");
        row(pathname + search, title.replace(/ - [^-]*$/, ""));
      }
    }
  }
})();
