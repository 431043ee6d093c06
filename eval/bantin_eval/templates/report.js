"use strict";
for (const browser of document.querySelectorAll(".browser")) {
  const form = browser.querySelector(".filters");
  const items = [...browser.querySelectorAll(".item")];
  const shown = browser.querySelector(".shown");
  const none = browser.querySelector(".none");
  const texts = items.map((item) => item.textContent.toLowerCase().normalize("NFC"));
  const filter = () => {
    const wanted = new FormData(form);
    const text = (wanted.get("text") || "").toLowerCase().normalize("NFC").trim();
    const least = parseFloat(wanted.get("least")), most = parseFloat(wanted.get("most"));
    let count = 0;
    items.forEach((item, at) => {
      let passes = !text || texts[at].includes(text);
      for (const name of ["change", "kind", "label", "rule", "document"])
        if (wanted.get(name) && item.dataset[name] !== wanted.get(name)) passes = false;
      const confidence = parseFloat(item.dataset.confidence);
      if (!isNaN(least) && !(confidence >= least)) passes = false;
      if (!isNaN(most) && !(confidence <= most)) passes = false;
      item.hidden = !passes;
      if (passes) count++;
    });
    shown.textContent = count;
    if (none) none.hidden = count > 0;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  filter();
}
const mistakes = document.querySelector("#mistakes");
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-filter]");
  if (!link) return;
  const form = mistakes.querySelector(".filters");
  form.reset();
  const field = form.elements[link.dataset.filter];
  if (field) field.value = link.dataset.value;
  setTimeout(() => form.dispatchEvent(new Event("input")));
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  const browser = event.target.closest(".browser") || mistakes;
  if (event.key === "Escape") {
    browser.querySelector(".filters").reset();
    if (typing) event.target.blur();
  } else if (typing) {
    return;
  } else if (event.key === "/") {
    event.preventDefault();
    browser.querySelector("[name=text]").focus();
  } else if (event.key === "j" || event.key === "k") {
    const seen = [...browser.querySelectorAll(".item:not([hidden])")];
    const at = seen.indexOf(event.target.closest(".item"));
    const next = seen[event.key === "j" ? at + 1 : Math.max(at, 1) - 1];
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" }); }
  }
});
