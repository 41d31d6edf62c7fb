// Applications: the draft is saved while it is written, questions that do not apply are hidden, papers go up at once.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (form) {
    const said = form.querySelector("[data-saved]");
    const words = JSON.parse(form.dataset.words);
    const given = (name) => new FormData(form).getAll(name);
    const adapt = () =>
      form.querySelectorAll("[data-show-if]").forEach((input) => {
        const holds = given(input.dataset.showIf).includes(input.dataset.showValue);
        const field = input.closest(".field");
        if (field) field.hidden = !holds;
      });
    let timer;
    const save = async () => {
      try {
        const answer = await fetch(form.action || location.href, {
          method: "POST",
          body: new FormData(form),
          headers: { "HX-Request": "true" },
        });
        const text = answer.ok ? await answer.text() : "";
        said.textContent = text.length < 40 && text ? text : words.unsaved;
      } catch {
        said.textContent = words.offline;
      }
    };
    const typed = () => {
      adapt();
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    };
    form.addEventListener("input", typed);
    form.addEventListener("submit", () => clearTimeout(timer));
    adapt();
    // On a slow line somebody types before this script is here.
    const chosen = (select) => [...select.options].find((option) => option.defaultSelected) || select.options[0];
    const touched = (node) => {
      if (node.options) return node.selectedOptions[0] !== chosen(node);
      if (node.type === "checkbox" || node.type === "radio") return node.checked !== node.defaultChecked;
      return "defaultValue" in node && node.type !== "hidden" && node.value !== node.defaultValue;
    };
    if ([...form.elements].some(touched)) typed();
  }
  document.querySelectorAll("form[data-upload]").forEach((upload) => {
    const input = upload.querySelector("input[type=file]");
    const button = upload.querySelector("button");
    button.hidden = true;
    input.addEventListener("change", () => {
      if (!input.files.length) return;
      button.hidden = false;
      button.disabled = true;
      button.textContent = JSON.parse(upload.dataset.words).uploading;
      upload.submit();
    });
  });
})();
