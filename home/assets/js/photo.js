// The photo page: cut the picture out on the device and send 20–40 KB instead of some megabytes. Without this script
// the file is sent as it is and the server does the same.
(() => {
  "use strict";
  const input = document.querySelector("input[data-photo]");
  const tool = document.querySelector("[data-crop]");
  if (!input || !tool || typeof DataTransfer === "undefined") return;
  const canvas = tool.querySelector("canvas");
  const context = canvas.getContext("2d");
  const zoom = tool.querySelector("[data-zoom]");
  const says = document.getElementById("photo-facts");
  const preview = document.getElementById("preview");
  const { width: WIDTH, height: HEIGHT } = canvas;
  const words = JSON.parse(tool.dataset.words);
  const { dpi: DPI, least: LEAST, most: MOST } = Object.fromEntries(Object.entries(tool.dataset).map(([k, v]) => [k, Number(v)]));

  let picture = null; // what was chosen
  let view = null; // its middle in the frame and its scale: frame pixels for each of its own
  let least = 1; // the scale at which it just fills the frame
  let name = "";

  // What is to be said, with the sizes in it.
  const say = (text, values = {}) =>
    (says.textContent = text.replace(/\{(\w+)\}/g, (_, name) => ({ w: WIDTH, h: HEIGHT, ...values })[name]));
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const draw = () => {
    const [w, h] = [picture.naturalWidth * view.scale, picture.naturalHeight * view.scale];
    view.x = clamp(view.x, WIDTH - w / 2, w / 2);
    view.y = clamp(view.y, HEIGHT - h / 2, h / 2);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, view.x - w / 2, view.y - h / 2, w, h);
    zoom.value = String(Math.round(((view.scale - least) / (Math.max(1, least) - least || 1)) * 100));
  };
  // Never beyond the picture's own pixels: what is not there cannot be made.
  const scaleTo = (scale, x = WIDTH / 2, y = HEIGHT / 2) => {
    const next = clamp(scale, least, Math.max(1, least));
    view.x = x + ((view.x - x) * next) / view.scale;
    view.y = y + ((view.y - y) * next) / view.scale;
    view.scale = next;
    draw();
  };
  const move = (dx, dy) => {
    view.x += dx;
    view.y += dy;
    draw();
  };

  // A JPEG written by a canvas has no density: the two fields stand right behind the JFIF mark.
  const withDensity = async (blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const jfif = [0xff, 0xd8, 0xff, 0xe0, -1, -1, 0x4a, 0x46, 0x49, 0x46, 0];
    if (jfif.every((byte, i) => byte < 0 || bytes[i] === byte)) bytes.set([1, DPI >> 8, DPI & 255, DPI >> 8, DPI & 255], 13);
    return bytes;
  };
  const encoded = (quality) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  // The best quality that is light enough, in seven halvings.
  const compressed = async () => {
    let [low, high] = [0.3, 1];
    let best = await encoded(1);
    if (best.size > MOST) {
      best = null;
      for (let step = 0; step < 7; step++) {
        const middle = (low + high) / 2;
        const blob = await encoded(middle);
        if (blob.size > MOST) high = middle;
        else [low, best] = [middle, blob];
      }
    }
    return best;
  };
  const use = async () => {
    const blob = await compressed();
    if (!blob) return say(words.noisy);
    const cut = new File([await withDensity(blob)], name, { type: "image/jpeg" });
    const box = new DataTransfer();
    box.items.add(cut);
    input.files = box.files;
    const kb = (cut.size / 1024).toFixed(1);
    say(cut.size < LEAST ? words.poor : words.cut, { kb });
    return cut.size >= LEAST;
  };

  const open = (file) => {
    const image = new Image();
    const address = URL.createObjectURL(file);
    image.onload = () => {
      URL.revokeObjectURL(address);
      if (image.naturalWidth < WIDTH || image.naturalHeight < HEIGHT) {
        tool.hidden = true;
        picture = null;
        say(words.small, { is_w: image.naturalWidth, is_h: image.naturalHeight });
        return;
      }
      if (file.type === "image/jpeg" && image.naturalWidth === WIDTH && image.naturalHeight === HEIGHT && file.size >= LEAST && file.size <= MOST) {
        tool.hidden = true;
        picture = null;
        context.drawImage(image, 0, 0);
        preview.src = canvas.toDataURL("image/jpeg");
        preview.alt = words.preview;
        preview.hidden = false;
        say(words.fits, { kb: (file.size / 1024).toFixed(1) });
        return;
      }
      picture = image;
      least = Math.max(WIDTH / image.naturalWidth, HEIGHT / image.naturalHeight);
      view = { x: WIDTH / 2, y: HEIGHT / 2, scale: least };
      tool.hidden = false;
      preview.hidden = true;
      draw();
      say(words.drag);
      tool.scrollIntoView({ block: "nearest" });
    };
    image.onerror = () => {
      URL.revokeObjectURL(address);
      tool.hidden = true;
      picture = null;
      say(words.blind);
    };
    image.src = address;
  };
  input.addEventListener("change", () => {
    document.getElementById("page-problems")?.remove(); // it is about the picture before this one
    const file = input.files[0];
    if (!file) return;
    if (!file.size) {
      input.value = "";
      tool.hidden = true;
      picture = null;
      return say(words.empty);
    }
    name = `${file.name.replace(/\.\w+$/, "") || "photo"}.jpg`;
    open(file);
  });

  // Fingers and mouse: one moves, two zoom.
  const pointers = new Map();
  const perPixel = () => WIDTH / canvas.getBoundingClientRect().width;
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last || !picture) return;
    const before = pointers.size === 2 ? spread() : 0;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const share = perPixel() / pointers.size;
    move((event.clientX - last.x) * share, (event.clientY - last.y) * share);
    if (before) scaleTo((view.scale * spread()) / before);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => pointers.delete(event.pointerId));
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!picture || document.activeElement !== canvas) return; // who only scrolls past is not held up
      event.preventDefault();
      scaleTo(view.scale * (event.deltaY < 0 ? 1.05 : 0.95));
    },
    { passive: false },
  );

  // Keys on the picture, and buttons for whoever has none.
  const acts = {
    left: () => move(-8, 0), right: () => move(8, 0), up: () => move(0, -8), down: () => move(0, 8),
    in: () => scaleTo(view.scale * 1.05), out: () => scaleTo(view.scale / 1.05),
  };
  const keys = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", "+": "in", "=": "in", "-": "out" };
  canvas.addEventListener("keydown", (event) => {
    const act = picture && acts[keys[event.key]];
    if (!act) return;
    event.preventDefault();
    act();
  });
  tool.addEventListener("click", (event) => {
    const act = picture && acts[event.target.closest("[data-act]")?.dataset.act];
    if (act) act();
  });
  zoom.addEventListener("input", () => picture && scaleTo(least + ((Math.max(1, least) - least) * Number(zoom.value)) / 100));

  let cut = false;
  input.form.addEventListener("submit", async (event) => {
    if (!picture || cut) return;
    event.preventDefault();
    if (await use()) {
      cut = true;
      input.form.requestSubmit();
    }
  });
  window.addEventListener("pageshow", () => (cut = false));
})();
