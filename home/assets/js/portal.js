// Everything here only makes pages nicer: each of them works without it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

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

  // What is being put right is no longer an error; the server has the last word.
  document.addEventListener("input", ({ target }) => {
    if (target.getAttribute("aria-invalid") === "true") {
      target.removeAttribute("aria-invalid");
      target.closest(".field")?.querySelector(".error")?.remove();
    }
    const line = document.querySelector(`.summary a[href="#${target.id}"]`)?.closest("li");
    const summary = line?.closest(".summary");
    line?.remove();
    if (summary && !summary.querySelector("li")) summary.remove();
  });

  // One press is one press: a slow network must not invite a second.
  document.addEventListener("submit", (event) => {
    const form = event.target;
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
    s >= 86400 ? `${Math.floor(s / 86400)} 天` : s >= 3600 ? `${Math.floor(s / 3600)} 小时 ${pad(Math.floor(s / 60) % 60)} 分` : `${Math.floor(s / 60)} 分 ${pad(s % 60)} 秒`;
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

  // Resending a code: the button counts down.
  const wait = (button) => {
    let seconds = Number(button.dataset.wait);
    const label = button.dataset.label || button.textContent;
    const step = () => {
      button.disabled = seconds > 0;
      button.textContent = seconds > 0 ? `${seconds} 秒后可重发` : label;
      if (seconds-- > 0) setTimeout(step, 1000);
    };
    if (seconds > 0) step();
  };

  // Course choice: how many, how much, and which sit at the same time.
  const basket = (form) => {
    const count = form.querySelector("[data-count]");
    const total = form.querySelector("[data-total]");
    const clash = form.querySelector("[data-clash]");
    const update = () => {
      const chosen = all("input[data-fee]:checked", form);
      const fen = chosen.reduce((sum, box) => sum + Number(box.dataset.fee), 0);
      count.textContent = chosen.length;
      total.textContent = `¥${(fen / 100).toFixed(2)}`;
      const twice = chosen.filter((box) => chosen.some((other) => other !== box && other.dataset.slot === box.dataset.slot));
      clash.hidden = !twice.length;
      if (twice.length) clash.lastElementChild.textContent = `考试时间冲突：${twice.map((box) => box.dataset.name).join("、")}。同一场次只能选一门。`;
    };
    form.addEventListener("change", update);
    update();
  };

  // A photo is looked at before it is sent: size and dimensions need no server.
  const photo = (input) => {
    const image = document.getElementById("preview");
    const facts = document.getElementById("photo-facts");
    input.addEventListener("change", () => {
      const file = input.files[0];
      if (!file || !image) return;
      image.src = URL.createObjectURL(file);
      image.hidden = false;
      image.onload = () => {
        facts.textContent = `${image.naturalWidth}×${image.naturalHeight} 像素，${(file.size / 1024).toFixed(1)} KB`;
        URL.revokeObjectURL(image.src);
      };
    });
  };

  // The picture-free captcha: the device works for a moment instead of the person (ALTCHA v2, PBKDF2).
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const solve = async (challenge, report) => {
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
      if (counter % 25 === 0) report();
    }
  };
  const work = (box) => {
    const button = box.querySelector("[data-work-start]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const status = box.querySelector("[data-work-status]");
      const input = document.getElementById(box.dataset.work);
      button.disabled = true;
      status.textContent = "正在验证，请稍候";
      try {
        input.value = await solve(JSON.parse(box.dataset.challenge), () => (status.textContent += "·"));
        status.textContent = "已完成验证，不需要再填写图片中的字符。";
        input.closest(".with-side").hidden = button.hidden = true;
      } catch (error) {
        status.textContent = "这个浏览器无法完成免图验证，请填写图片中的字符。";
        button.disabled = false;
      }
    });
  };

  const once = (selector, root, act) =>
    all(selector, root).forEach((node) => {
      if (node.dataset.awake) return;
      node.dataset.awake = "1";
      act(node);
    });
  const wake = (root) => {
    once("[data-wait]", root, wait);
    once("form[data-basket]", root, basket);
    once("input[data-photo]", root, photo);
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
        button.textContent = shown ? "显示" : "隐藏";
        button.setAttribute("aria-pressed", String(!shown));
      });
    });
  };
  wake(document);
  focusSummary();
  document.addEventListener("htmx:load", (event) => wake(event.detail.elt.parentElement || document));
})();
