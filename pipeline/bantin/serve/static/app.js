// Articles in, requests out, and what a reader does with the marks. Nothing leaves this machine's server.

import { Shown, awards, dates, list, make, marked, people, places } from "./view.js";

const $ = (id) => document.getElementById(id);
const articles = []; // {id, text, published, record, names, error}
let current = -1;
let shown = null;
let editing = -1; // the article that the text field belongs to
let timer = 0;

function say(text, error = false) {
  $("status").textContent = text;
  $("status").classList.toggle("error", error);
}

async function request(article) {
  article.record = article.error = null;
  const body = { text: article.text, id: article.id };
  if (article.published) body.published = article.published;
  for (const key of ["source", "title"]) if (article[key]) body[key] = article[key];
  try {
    const answer = await fetch("/annotate?names=1", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const made = await answer.json();
    if (!answer.ok) throw new Error(made.error);
    const { names, ...record } = made;
    Object.assign(article, { record, names });
  } catch (error) {
    article.error = error.message || "the server does not answer";
  }
}

function title(article) {
  return article.record?.title ?? article.text.trim().split("\n")[0];
}

function drawList() {
  $("articles").hidden = articles.length < 2;
  $("articles").querySelector("ol").replaceChildren(...articles.map((article, at) => {
    const counts = article.record ? `${article.record.officials.length} people, ${article.record.awards.length} awards` : article.error ? "failed" : "…";
    return make("li", {}, make("button", { type: "button", "aria-current": at === current ? "true" : null, on: { click: () => show(at) } },
      make("span", { lang: "vi" }, title(article)), make("span", { class: "counts" }, counts)));
  }));
}

function show(at) {
  current = at;
  const article = articles[at];
  hideTip();
  drawList();
  if (!article?.record) {
    shown = null;
    $("result").hidden = true;
    if (article?.error) say(`${article.id}: ${article.error}`, true);
    return;
  }
  shown = new Shown(article.text, article.record, article.names);
  const numbers = shown.record;
  say(`${numbers.spans.length} marks, ${numbers.officials.length} people, ${numbers.awards.length} awards${numbers.published ? `, published ${numbers.published}` : ""}.`);
  $("text").replaceChildren(marked(shown));
  $("people").replaceChildren(...people(shown, jump));
  $("places").replaceChildren(...places(shown, jump));
  $("dates").replaceChildren(...dates(shown, jump));
  $("awards").replaceChildren(...awards(shown, jump));
  $("json").replaceChildren(make("button", { type: "button", on: { click: () => navigator.clipboard?.writeText(JSON.stringify(shown.record, null, 1)) } }, "Copy"), make("pre", { id: "record" }, JSON.stringify(shown.record, null, 1)));
  $("result").hidden = false;
  layers();
  $("text").querySelector("mark")?.setAttribute("tabindex", "0");
}

async function take(found) {
  // Several articles, one after the other; the first is shown as soon as it is there.
  const first = articles.length;
  articles.push(...found);
  editing = found.length === 1 ? first : -1;
  for (let at = first; at < first + found.length; at += 1) {
    say(`Annotating ${at - first + 1} of ${found.length}…`);
    await request(articles[at]);
    if (at === first || current === at) show(at);
    else drawList();
  }
  const failed = articles.slice(first).filter((article) => article.error).length;
  if (found.length > 1) say(`${found.length} articles${failed ? `, ${failed} failed` : ""}.`, failed > 0);
}

// The text field: pasted text at once, typed text after a pause; edits replace their article.
function typed(delay) {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const text = $("source").value;
    if (!text.trim()) return;
    if (!$("published").checkValidity()) return say("Published: a day, month or year, such as 2021-06-09, 2021-06 or 2021.", true);
    const article = { id: "pasted", text, published: $("published").value.trim() };
    if (editing < 0) return take([article]);
    const at = editing;
    say("Annotating…");
    await request(article);
    if ($("source").value === text) {
      articles[at] = article;
      show(at);
    }
  }, delay);
}
$("source").addEventListener("input", (event) => typed(event.inputType === "insertFromPaste" ? 0 : 600));
$("published").addEventListener("change", () => typed(0));
$("go").addEventListener("click", () => typed(0));
$("new").addEventListener("click", () => {
  $("source").value = "";
  editing = -1;
  $("source").focus();
});

// Files: text, one JSON object, or JSON lines.
async function read(files) {
  const found = [];
  for (const file of files) {
    const text = (await file.text()).replace(/^\ufeff/, "");
    const id = file.name.replace(/\.[^.]*$/, "");
    try {
      if (/\.jsonl?$/i.test(file.name)) {
        let rows;
        try {
          rows = [JSON.parse(text)].flat();
        } catch {
          rows = text.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
        }
        rows.forEach((row, at) => {
          if (typeof row.text !== "string") throw new Error("no text");
          found.push({ id: String(row.id ?? `${id}-${at + 1}`), text: row.text, published: row.published ? String(row.published) : "", source: row.source, title: row.title });
        });
      } else found.push({ id, text, published: $("published").value.trim() });
    } catch {
      say(`${file.name}: not JSON with a text`, true);
    }
  }
  if (found.length) $("source").value = found.length === 1 ? found[0].text : "";
  if (found.length) await take(found);
}
$("files").addEventListener("change", async () => {
  await read([...$("files").files]);
  $("files").value = "";
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  if (event.dataTransfer.files.length) return read([...event.dataTransfer.files]);
  const text = event.dataTransfer.getData("text/plain");
  if (text) {
    $("source").value = text;
    editing = -1;
    typed(0);
  }
});

// Layers on and off.
function layers() {
  const on = new Set([...$("layers").querySelectorAll("input:checked")].map((input) => input.value));
  for (const element of $("text").querySelectorAll("mark")) element.classList.toggle("on", on.has(element.dataset.label));
}
$("layers").addEventListener("change", layers);

// The tip of a mark: on hover and on focus; Escape hides it.
function showTip(element) {
  const span = shown?.byId.get(element.dataset.id);
  if (!span) return;
  $("tip").replaceChildren(list(shown.about(span).flatMap((row) => (row.length > 2 ? [row.slice(0, 2), row.slice(2)] : [row]))));
  $("tip").hidden = false;
  element.setAttribute("aria-describedby", "tip");
  const box = element.getClientRects()[0];
  const tip = $("tip").getBoundingClientRect();
  const left = Math.max(4, Math.min(box.left, document.documentElement.clientWidth - tip.width - 4));
  const above = box.bottom + tip.height + 8 > window.innerHeight && box.top > tip.height + 8;
  $("tip").style.left = `${left + window.scrollX}px`;
  $("tip").style.top = `${(above ? box.top - tip.height - 6 : box.bottom + 6) + window.scrollY}px`;
}
function hideTip() {
  $("tip").hidden = true;
  for (const element of document.querySelectorAll("[aria-describedby=tip]")) element.removeAttribute("aria-describedby");
}
$("text").addEventListener("mouseover", (event) => {
  const element = event.target.closest("mark.on");
  if (element) showTip(element);
});
$("text").addEventListener("mouseout", (event) => {
  if (!$("tip").contains(event.relatedTarget)) hideTip();
});
$("tip").addEventListener("mouseleave", hideTip);
$("text").addEventListener("focusin", (event) => {
  if (event.target.matches("mark")) showTip(event.target);
});
$("text").addEventListener("focusout", hideTip);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTip();
});

// Marks are one stop of the Tab key; arrows walk inside.
$("text").addEventListener("keydown", (event) => {
  const all = [...$("text").querySelectorAll("mark.on")];
  const at = all.indexOf(event.target);
  if (at < 0) return;
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    focus(all[Math.max(0, Math.min(to, all.length - 1))]);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    reveal(event.target.dataset.id);
  }
});
$("text").addEventListener("click", (event) => {
  const element = event.target.closest("mark.on");
  if (element) {
    focus(element);
    reveal(element.dataset.id);
  }
});
function focus(element) {
  for (const other of $("text").querySelectorAll("mark[tabindex='0']")) other.setAttribute("tabindex", "-1");
  element.setAttribute("tabindex", "0");
  element.focus({ preventScroll: false });
}

/** From a card to its mention in the text. */
function jump(id) {
  const element = $("text").querySelector(`mark[data-id="${CSS.escape(id)}"]`);
  if (!element) return;
  light([id]);
  element.scrollIntoView({ block: "center" });
  focus(element);
}

/** From a mark to its card: a title's is that of a person who holds it. */
function reveal(id) {
  const span = shown.byId.get(id);
  const holder = shown.record.officials.find((person) => person.positions.some((position) => position.title === id));
  const wanted = span.label === "TITLE" ? holder?.mentions[0] : id;
  const tab = { OFFICIAL: "people", TITLE: "people", PLACE: "places", DATE: "dates", AWARD: "awards" }[span.label];
  select($(`tab-${tab}`));
  const card = wanted && [...$(tab).querySelectorAll("[data-ids]")].find((each) => each.dataset.ids.split(" ").includes(wanted));
  light(card ? card.dataset.ids.split(" ") : [id]);
  for (const other of document.querySelectorAll("#found .lit")) other.classList.remove("lit");
  card?.classList.add("lit");
  card?.scrollIntoView({ block: "nearest" });
}
function light(ids) {
  for (const element of $("text").querySelectorAll("mark")) element.classList.toggle("lit", ids.includes(element.dataset.id));
}

// Tabs as the ARIA practices have them.
const tabs = [...document.querySelectorAll("[role=tab]")];
function select(tab) {
  for (const each of tabs) {
    const on = each === tab;
    each.setAttribute("aria-selected", String(on));
    each.tabIndex = on ? 0 : -1;
    $(each.getAttribute("aria-controls")).hidden = !on;
  }
}
for (const tab of tabs) {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    select(next);
    next.focus();
  });
}
