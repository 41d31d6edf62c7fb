// The reviewer's page: it keeps its application in hand, turns and enlarges papers, and listens to single keys.
(() => {
  "use strict";
  const desk = document.querySelector(".desk");
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (desk?.dataset.heartbeat) {
    const beat = setInterval(async () => {
      const answer = await fetch(desk.dataset.heartbeat, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
      if (!answer) return;
      const said = await answer.json().catch(() => ({ held: false }));
      if (!said.held) {
        clearInterval(beat);
        const note = document.createElement("p");
        note.className = "help-block help-warning";
        note.setAttribute("role", "alert");
        note.textContent = said.why || "这件申请已不在您手上。";
        desk.before(note);
      }
    }, 120000);
  }
  document.querySelectorAll("[data-paper]").forEach((figure) => {
    const image = figure.querySelector("img");
    if (!image) return;
    let turn = 0;
    // A turned picture takes the place that it shows, so that all of it can be scrolled to: its box keeps the sides as
    // they were, and margins make up for the difference.
    const place = () => {
      image.style.cssText = "";
      if (turn % 2 === 0) return;
      const across = figure.clientWidth * (image.classList.contains("is-large") ? 2 : 1);
      const height = image.classList.contains("is-large") ? across : Math.min(across, image.naturalHeight);
      const width = (height * image.naturalWidth) / image.naturalHeight;
      Object.assign(image.style, {
        maxWidth: "none",
        width: `${width}px`,
        height: `${height}px`,
        marginInline: `${(height - width) / 2}px`,
        marginBlock: `${(width - height) / 2}px`,
      });
    };
    figure.querySelector("[data-turn]").addEventListener("click", () => {
      image.classList.remove(`turn-${turn}`);
      turn = (turn + 1) % 4;
      image.classList.add(`turn-${turn}`);
      place();
    });
    figure.querySelector("[data-zoom]").addEventListener("click", () => {
      image.classList.toggle("is-large");
      place();
    });
    addEventListener("resize", place);
  });
  const box = document.querySelector("[data-keys-switch]");
  if (!box) return;
  box.checked = localStorage.getItem("desk-keys") !== "off";
  box.addEventListener("change", () => localStorage.setItem("desk-keys", box.checked ? "on" : "off"));
  const papers = [...document.querySelectorAll("[data-paper]")];
  let at = -1;
  const go = (step) => {
    if (!papers.length) return;
    at = Math.min(Math.max(at + step, 0), papers.length - 1);
    papers[at].scrollIntoView({ block: "center" });
    papers[at].focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const acts = {
      j: () => go(1),
      k: () => go(-1),
      a: () => document.querySelector("[data-key=a]").focus(),
      r: () => document.querySelector("[data-key=r]").focus(),
      "?": () => document.querySelector("[data-keys-help]").showModal(),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : ""];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
})();
