// What is shown of one record. Text of articles enters the page as text alone (textContent), never as HTML.

import { extent } from "./time.js";

const NAMES = { OFFICIAL: "official", TITLE: "title", PLACE: "place", DATE: "date", AWARD: "award" };
const ORDER = Object.keys(NAMES);

export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A shown article: its text in code points (offsets of a record are code points, JavaScript's are not). */
export class Shown {
  constructor(text, record, names) {
    this.points = Array.from(text);
    this.record = record;
    this.names = names ?? {};
    this.byId = new Map(record.spans.map((span) => [span.id, span]));
  }
  slice(start, end) {
    return this.points.slice(start, end).join("");
  }
  said(value) {
    if (typeof value === "string") {
      const span = this.byId.get(value);
      return span ? this.slice(span.start, span.end).replace(/\s+/gu, " ") : value;
    }
    return this.slice(value[0], value[1]).replace(/\s+/gu, " ");
  }
  unit(code, day) {
    return this.names[`${code}@${day}`] ?? code;
  }
  posts(id) {
    const person = this.record.officials.find((each) => each.mentions.includes(id));
    return person ? person.positions.map((position) => (position.title ? this.said(position.title) : position.role)).filter(Boolean) : [];
  }
  /** Rows of a span's tip. */
  about(span) {
    const rows = [["layer", NAMES[span.label] ?? span.label]];
    for (const key of ["value", "kind", "rank", "role", "body", "branch"]) if (span[key]) rows.push([key, String(span[key])]);
    if (span.code) rows.push(["code", `${span.code} (${span.code_date ?? "no day"})`, "unit", this.unit(span.code, span.code_date)]);
    if (span.parents?.length) rows.push(["part of", span.parents.map((code) => this.unit(code, span.code_date)).join(", ")]);
    if (span.candidates?.length) rows.push(["one of", span.candidates.map((code) => this.unit(code, span.code_date)).join(", ")]);
    if (span.former) rows.push(["former", "yes"]);
    if (span.label === "AWARD" && "realis" in span) rows.push(["given", span.realis ? "yes" : "no"]);
    if (span.label === "OFFICIAL") for (const post of this.posts(span.id)) rows.push(["post", post]);
    if (span.confidence !== undefined) rows.push(["confidence", span.confidence.toFixed(2)]);
    if (span.rule) rows.push(["rule", span.rule]);
    return rows;
  }
}

export function list(rows) {
  const out = make("dl");
  for (const [name, value] of rows) out.append(make("dt", {}, name), make("dd", {}, value));
  return out;
}

/** The text with nested marks; of two spans that cross, the later one is closed and opened again. */
export function marked(shown) {
  const spans = [...shown.record.spans].sort((a, b) => a.start - b.start || b.end - a.end || ORDER.indexOf(a.label) - ORDER.indexOf(b.label));
  const edges = [...new Set([0, shown.points.length, ...spans.flatMap((span) => [span.start, span.end])])].sort((a, b) => a - b);
  const root = document.createDocumentFragment();
  let stack = [];
  let next = 0;
  for (let at = 0; at + 1 < edges.length; at += 1) {
    const [start, end] = [edges[at], edges[at + 1]];
    const wanted = stack.map((each) => each.span).filter((span) => span.end > start);
    while (next < spans.length && spans[next].start === start) wanted.push(spans[next++]);
    wanted.sort((a, b) => spans.indexOf(a) - spans.indexOf(b));
    let keep = 0;
    while (keep < stack.length && keep < wanted.length && stack[keep].span === wanted[keep]) keep += 1;
    stack = stack.slice(0, keep);
    for (const span of wanted.slice(keep)) {
      const facts = shown.about(span).slice(1, 3).map(([name, value]) => `${name} ${value}`).join(", ");
      const element = make("mark", {
        class: `${span.label} on`, "data-id": span.id, "data-label": span.label, tabindex: "-1", role: "group",
        "aria-label": `${NAMES[span.label]}: ${shown.said(span.id)}${facts ? `; ${facts}` : ""}`,
      });
      (stack.at(-1)?.element ?? root).append(element);
      stack.push({ span, element });
    }
    (stack.at(-1)?.element ?? root).append(shown.slice(start, end));
  }
  return root;
}

function mentions(ids, shown, jump) {
  const out = make("div");
  ids.forEach((id, at) => {
    out.append(make("button", { type: "button", "aria-label": `Mention ${at + 1}: ${shown.said(id)}`, on: { click: () => jump(id) } }, `${at + 1}`));
  });
  return out;
}

function nothing(what) {
  return make("p", { class: "no" }, `No ${what} in this article.`);
}

export function people(shown, jump) {
  const cards = shown.record.officials.map((person) =>
    make("article", { class: "card OFFICIAL", "data-ids": person.mentions.join(" ") },
      make("h3", { lang: "vi" }, [person.rank ?? person.honorific, person.name].filter(Boolean).join(" ")),
      person.positions.length
        ? make("ul", { lang: "vi" }, ...person.positions.map((position) => make("li", {}, `${position.title ? shown.said(position.title) : position.role}${position.former ? " (former)" : ""}`)))
        : make("p", { class: "no" }, "no post linked"),
      mentions(person.mentions, shown, jump)));
  return cards.length ? cards : [nothing("officials")];
}

export function places(shown, jump) {
  const groups = new Map();
  for (const span of shown.record.spans) {
    if (span.label !== "PLACE") continue;
    const key = span.code ? `${span.code}@${span.code_date}` : `${shown.said(span.id).toLocaleLowerCase("vi")} ${span.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  const cards = [...groups.values()].map((spans) => {
    const span = spans[0];
    const chain = [span.code ? shown.unit(span.code, span.code_date) : shown.said(span.id), ...(span.parents ?? []).map((code) => shown.unit(code, span.code_date))];
    const rows = [];
    if (span.kind) rows.push(["kind", span.kind]);
    if (span.code) rows.push(["code", `${span.code}, as of ${span.code_date}`]);
    if (span.candidates?.length) rows.push(["one of", span.candidates.map((code) => shown.unit(code, span.code_date)).join("; ")]);
    return make("article", { class: "card PLACE", "data-ids": spans.map((each) => each.id).join(" ") },
      make("h3", { lang: "vi" }, shown.said(span.id)),
      make("ol", { class: "chain", lang: "vi", "aria-label": "Chain of units" }, ...chain.map((name) => make("li", {}, name))),
      list(rows),
      mentions(spans.map((each) => each.id), shown, jump));
  });
  return cards.length ? cards : [nothing("places")];
}

const SVG = "http://www.w3.org/2000/svg";

function track(range, first, last) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["class", "track"], ["viewBox", "0 0 1000 8"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of [["x1", 0], ["x2", 1000], ["y1", 4], ["y2", 4]]) line.setAttribute(name, value);
  const bar = document.createElementNS(SVG, "rect");
  const scale = 1000 / (last - first || 1);
  const width = Math.max((range[1] - range[0]) * scale, 8);
  for (const [name, value] of [["x", Math.min((range[0] - first) * scale, 1000 - width)], ["y", 0], ["width", width], ["height", 8], ["rx", 2]]) bar.setAttribute(name, value);
  svg.append(line, bar);
  return svg;
}

export function dates(shown, jump) {
  const byValue = new Map();
  for (const span of shown.record.spans) if (span.label === "DATE") byValue.set(span.value ?? "?", [...(byValue.get(span.value ?? "?") ?? []), span]);
  if (!byValue.size) return [nothing("dates")];
  const rows = [...byValue].map(([value, spans]) => ({ value, spans, range: extent(value) }));
  const placed = rows.filter((row) => row.range).sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  const rest = rows.filter((row) => !row.range);
  const [first, last] = [Math.min(...placed.map((row) => row.range[0])), Math.max(...placed.map((row) => row.range[1]))];
  const item = ({ value, spans, range }) =>
    make("li", { class: "DATE", "data-ids": spans.map((span) => span.id).join(" ") },
      make("span", {}, value),
      make("span", {}, ...spans.map((span) => make("button", { type: "button", lang: "vi", on: { click: () => jump(span.id) } }, shown.said(span.id)))),
      range ? track(range, first, last) : null);
  const out = [];
  if (placed.length) {
    out.push(make("div", { class: "axis", "aria-hidden": "true" }, make("span", {}, String(Math.floor(first))), make("span", {}, String(Math.ceil(last) - 1))));
    out.push(make("ol", { class: "time", "aria-label": "Dates in order of time" }, ...placed.map(item)));
  }
  if (rest.length) out.push(make("p", { class: "quiet" }, "On no timeline:"), make("ul", { class: "time", "aria-label": "Dates without a year" }, ...rest.map(item)));
  return out;
}

export function awards(shown, jump) {
  const cards = shown.record.awards.map((award) => {
    const rows = [["given", award.realis ? "yes" : "no"]];
    for (const key of ["kind", "rank"]) if (award[key]) rows.push([key, award[key]]);
    for (const [key, name] of [["issuer", "issuer"], ["date", "date"], ["reason", "reason"]]) if (award[key]) rows.push([name, shown.said(award[key])]);
    for (const [key, name] of [["presenters", "handed over by"], ["recipients", "to"]]) if (award[key]?.length) rows.push([name, award[key].map((each) => shown.said(each)).join("; ")]);
    return make("article", { class: "card AWARD", "data-ids": award.award }, make("h3", { lang: "vi" }, shown.said(award.award)), list(rows), mentions([award.award], shown, jump));
  });
  return cards.length ? cards : [nothing("awards")];
}
