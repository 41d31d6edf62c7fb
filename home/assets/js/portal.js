// Everything here only makes pages nicer: each of them works without it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = JSON.parse(document.documentElement.dataset.words); // in the reader's language
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Error summary: focus moves to it, its links move focus to the field.
  const focusSummary = () => document.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".summary a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  });

  // What a part of the page says now stands in that part; what the page said before has had its answer.
  document.addEventListener("htmx:afterSwap", () => document.getElementById("page-problems")?.remove());

  // What is being put right is no longer an error; the server has the last word.
  document.addEventListener("input", ({ target }) => {
    if (target.getAttribute("aria-invalid") === "true") {
      target.removeAttribute("aria-invalid");
      (target.closest("#captcha") || target.closest(".field"))?.querySelector(".error")?.remove();
    }
    const line = document.querySelector(`.summary a[href="#${target.id}"]`)?.closest("li");
    const summary = line?.closest(".summary");
    line?.remove();
    if (summary && !summary.querySelector("li")) summary.remove();
  });

  // One press is one press: a slow network must not invite a second.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return; // somebody else sends it in a moment
    if (form.method === "get" || form.dataset.sent) {
      if (form.dataset.sent) event.preventDefault();
      return;
    }
    if (event.submitter?.hasAttribute("data-download")) return;
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Countdowns run by the server's clock: the page says when it was made.
  const skew = Date.parse(document.documentElement.dataset.now || "") - Date.now() || 0;
  const pad = (n) => String(n).padStart(2, "0");
  const say = (s) =>
    s >= 86400
      ? fill(words.days, { d: Math.floor(s / 86400) })
      : s >= 3600
        ? fill(words.hours, { h: Math.floor(s / 3600), m: pad(Math.floor(s / 60) % 60) })
        : fill(words.minutes, { m: Math.floor(s / 60), s: pad(s % 60) });
  const tick = () =>
    all("[data-until]").forEach((node) => {
      const seconds = Math.floor((Date.parse(node.dataset.until) - Date.now() - skew) / 1000);
      const out = node.querySelector("[data-left]");
      if (seconds >= 0) out.textContent = say(seconds);
      else if (!node.dataset.over) {
        node.dataset.over = "1";
        out.textContent = say(0);
        if (node.dataset.reload !== undefined) location.reload();
      }
    });
  if (document.querySelector("[data-until]")) {
    tick();
    setInterval(tick, 1000);
  }

  // An app on the telephone, and something to read without a network. What one person keeps is not another's.
  const { person, idle } = document.documentElement.dataset;
  const store = (name, value) => {
    try {
      const before = localStorage.getItem(name);
      if (value !== undefined) localStorage.setItem(name, value);
      return before;
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  if (person && store("person", person) !== person) ["own", "read"].forEach((shelf) => window.caches?.delete(shelf));
  addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));

  // Whoever reads for long is asked before they are signed out; any window of this browser counts as being here.
  const dialog = document.getElementById("idle");
  if (dialog) {
    const here = () => store("seen", String(Date.now()));
    const left = () => Number(idle) - (Date.now() - Number(store("seen"))) / 1000;
    const watch = () => {
      const seconds = Math.ceil(left());
      if (seconds > 120) return dialog.open && dialog.close();
      dialog.querySelector("[data-soon]").hidden = seconds <= 0;
      dialog.querySelector("[data-gone]").hidden = seconds > 0;
      dialog.querySelector("[data-seconds]").textContent = seconds > 0 ? say(seconds) : "";
      if (!dialog.open && !dialog.dataset.told) dialog.showModal();
      if (seconds <= 0) dialog.dataset.told = "1";
    };
    dialog.addEventListener("close", () => {
      if (left() <= 0 || left() > 120) return;
      fetch("/alive/").then((answer) => answer.status === 204 && here(), () => {});
    });
    here();
    setInterval(watch, 1000);
  }

  // Resending a code: the button counts down.
  const wait = (button) => {
    let seconds = Number(button.dataset.wait);
    const label = button.dataset.label || button.textContent;
    const step = () => {
      button.disabled = seconds > 0;
      button.textContent = seconds > 0 ? fill(words.again, { s: seconds }) : label;
      if (seconds-- > 0) setTimeout(step, 1000);
    };
    if (seconds > 0) step();
  };

  // Course choice: how many, how much, and which sit at the same time.
  const basket = (form) => {
    const count = form.querySelector("[data-count]");
    const total = form.querySelector("[data-total]");
    const clash = form.querySelector("[data-clash]");
    form.querySelector("[data-sum]").hidden = false; // without a script nobody adds up what is ticked
    const update = () => {
      const chosen = all("input[data-fee]:checked", form);
      const fen = chosen.reduce((sum, box) => sum + Number(box.dataset.fee), 0);
      count.textContent = chosen.length;
      total.textContent = `¥${(fen / 100).toFixed(2)}`;
      const twice = chosen.filter((box) => chosen.some((other) => other !== box && other.dataset.slot === box.dataset.slot));
      clash.hidden = !twice.length;
      if (twice.length) clash.lastElementChild.textContent = fill(words.clash, { courses: twice.map((box) => box.dataset.name).join(words.comma) });
    };
    form.addEventListener("change", update);
    update();
  };

  // The captcha: the device works for a moment instead of the person (ALTCHA v2, PBKDF2); the picture stays a choice.
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const solve = async (challenge) => {
    const p = challenge.parameters;
    const nonce = bytes(p.nonce);
    const salt = bytes(p.salt);
    for (let counter = 0; ; counter++) {
      const secret = new Uint8Array(nonce.length + 4);
      secret.set(nonce);
      new DataView(secret.buffer).setUint32(nonce.length, counter);
      const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
      const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: p.cost }, key, p.keyLength * 8);
      const derivedKey = hex(bits);
      if (derivedKey.startsWith(p.keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
  };
  const working = new Set();
  const work = (box) => {
    if (!window.crypto?.subtle) return;
    const input = document.getElementById(box.dataset.work);
    const status = box.querySelector("[data-work-status]");
    const button = box.querySelector("[data-work-picture]");
    const asked = [input.closest(".with-side"), document.getElementById("captcha_hint")];
    const show = (picture) => {
      asked.forEach((node) => (node.hidden = !picture));
      button.hidden = picture;
    };
    let choice = false;
    show(false);
    status.textContent = words.working;
    const done = solve(JSON.parse(box.dataset.challenge)).then(
      (value) => {
        if (choice) return;
        input.value = value;
        status.textContent = words.worked;
        input.dispatchEvent(new Event("input", { bubbles: true })); // what was wrong with the one before is over
      },
      () => {
        show(true);
        status.textContent = words.cannot;
      },
    );
    working.add(done.finally(() => working.clear()));
    button.addEventListener("click", () => {
      choice = true;
      working.clear();
      show(true);
      input.value = status.textContent = "";
      input.focus();
    });
  };

  // Whoever is quicker than the device: the form goes when the work is done.
  document.addEventListener("htmx:confirm", (event) => {
    if (!working.size) return;
    event.preventDefault();
    Promise.all(working).then(() => event.detail.issueRequest());
  });
  document.addEventListener(
    "submit",
    (event) => {
      if (!working.size || !event.target.querySelector("[data-work]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { target, submitter } = event;
      Promise.all(working).then(() => target.requestSubmit(submitter));
    },
    true,
  );

  const once = (selector, root, act) =>
    all(selector, root).forEach((node) => {
      if (node.dataset.awake) return;
      node.dataset.awake = "1";
      act(node);
    });
  const wake = (root) => {
    once("[data-wait]", root, wait);
    once("form[data-basket]", root, basket);
    once("[data-work]", root, work);
    once("select[data-submit]", root, (select) => select.addEventListener("change", () => select.form.requestSubmit()));
    once("[data-print]", root, (button) => {
      button.hidden = false;
      button.addEventListener("click", () => print());
    });
    once("[data-reveal]", root, (button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const input = document.getElementById(button.dataset.reveal);
        const shown = input.type === "text";
        input.type = shown ? "password" : "text";
        button.textContent = shown ? words.show : words.hide;
        button.setAttribute("aria-pressed", String(!shown));
      });
    });
  };
  wake(document);
  focusSummary();
  document.addEventListener("htmx:load", (event) => wake(event.detail.elt.parentElement || document));
})();
