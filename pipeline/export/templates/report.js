"use strict";
(() => {
  const PAGE = 25; // quotes that are built at a time
  const data = JSON.parse(document.getElementById("island").textContent);
  const papers = data.papers.map(([key, title, byline, year, ...sides]) => ({key, title, byline, year, sides}));
  const sentences = data.sentences.map(([paper, page, label, section, quote = "", before = "", after = ""]) =>
    ({paper: papers[paper], page, label, section: data.words[section], quote, before, after}));
  const families = data.families.map(([id, label]) => ({id, label, codes: []}));
  const codes = data.codes.map(([family, id, label]) => ({family: families[family], id, label}));
  for (const code of codes) code.family.codes.push(code);
  const codings = data.codings.map(([id, at, code, domain, status, role, confidence, cited, named, place, method, left, right, marks = []]) =>
    ({id, sentence: sentences[at], paper: sentences[at].paper, code: codes[code], domain: data.domains[domain][1], status: data.statuses[status],
      role: data.roles[role], confidence, cited, named: data.words[named], place: data.words[place], method: data.words[method], on: [left, right], marks}));
  const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

  // All text of papers goes through here, as text.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const address = (code, side) => `quotes-${code.family.id}-${code.id}${side === undefined ? "" : `-${data.domains[side][0]}`}`;

  // ---- filters ----
  const form = document.querySelector(".filters");
  const value = (name) => form.elements[name] ? form.elements[name].value : "";
  const whole = form.elements.from ? [form.elements.from.min, form.elements.to.max].map(Number) : null;

  function inYears(paper) {
    if (!whole) return true;
    const from = Number(value("from")) || whole[0], to = Number(value("to")) || whole[1];
    return (from <= whole[0] && to >= whole[1]) || (paper.year !== null && from <= paper.year && paper.year <= to);
  }
  function passes(coding) {
    const is = (name, found) => !value(name) || value(name) === found;
    return is("family", coding.code.family.id) && is("status", coding.status) && is("place", coding.place) && is("role", coding.role)
      && is("cited", String(coding.cited)) && coding.confidence >= Number(value("confidence")) && inYears(coding.paper);
  }
  function count() {
    const cells = new Map(codes.map((code) => [code, [0, 1].map(() => ({papers: new Set(), sentences: new Set()}))]));
    const matching = codings.filter(passes);
    for (const coding of matching) for (const side of [0, 1]) if (coding.on[side]) {
      const cell = cells.get(coding.code)[side];
      cell.papers.add(coding.paper);
      cell.sentences.add(coding.sentence);
    }
    const standing = papers.filter(inYears);
    draw(cells, [0, 1].map((side) => standing.filter((paper) => paper.sides[side]).length));
    const held = new Set(matching.map((coding) => coding.paper)).size;
    form.querySelector("output").textContent = `${matching.length} of ${plural(codings.length, "coding")}, in ${held} of ${plural(papers.length, "paper")}`;
  }
  function draw(cells, of) {
    const most = Math.max(1, ...[...cells.values()].flat().map((cell) => cell.sentences.size));
    for (const map of document.querySelectorAll(".map")) map.hidden = Boolean(value("family")) && value("family") !== map.dataset.family;
    for (const [code, sides] of cells) for (const side of [0, 1]) {
      const link = document.getElementById(address(code, side)).querySelector("a");
      fill(link, sides[side].papers.size, of[side], sides[side].sentences.size, most, `${code.label}, ${data.domains[side][1]}`);
    }
  }
  function fill(link, held, of, said, most, name) {
    const circle = link.querySelector("circle");
    circle.setAttribute("class", held ? ["left", "right"][link.dataset.side] : "ring");
    circle.setAttribute("r", held ? Math.max(19 * Math.sqrt(held / of), 3).toFixed(1) : 5);
    circle.setAttribute("fill-opacity", (0.3 + 0.7 * said / most).toFixed(2));
    link.querySelector("span").replaceChildren(make("b", {}, String(held)), ` of ${of}`, make("small", {}, plural(said, "sentence")));
    link.setAttribute("aria-label", `${name}: ${held} of ${plural(of, "paper")}, ${plural(said, "sentence")}`);
  }
  for (const role of data.roles) if (codings.some((coding) => coding.role === role)) form.elements.role.append(make("option", {}, role));
  form.addEventListener("input", count);
  form.addEventListener("reset", () => setTimeout(count));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  count();

  // ---- quotes ----
  const drawer = document.querySelector("dialog");
  const list = drawer.querySelector(".quotes");

  function marked(sentence, marks) {
    const parts = [];
    const letters = Array.from(sentence.quote); // offsets count code points
    let at = 0;
    for (const [start, end] of marks) if (start >= at) {
      parts.push(letters.slice(at, start).join(""), make("mark", {}, letters.slice(start, end).join("")));
      at = end;
    }
    return [...parts, letters.slice(at).join("")];
  }
  function quote(group, chosen, byPaper) {
    const {sentence, paper} = group[0];
    const around = (text) => text ? make("span", {class: "around"}, text) : "";
    const text = sentence.quote
      ? make("p", {}, around(sentence.before), " ", ...marked(sentence, group.flatMap((coding) => coding.marks).sort((a, b) => a[0] - b[0])), " ", around(sentence.after))
      : make("p", {class: "around"}, "This report is too full to hold the quote; it stands in evidence.csv.");
    const page = `page ${sentence.page}${sentence.label ? ` (printed ${sentence.label})` : ""}`;
    const where = [...(byPaper ? [] : [`${paper.byline || paper.key}. ${paper.title}`]), page, sentence.section].join(" · ");
    const side = group[0].on[0] ? "leftside" : group[0].on[1] ? "rightside" : "";
    const block = make("blockquote", {class: `${side}${group.includes(chosen) ? " chosen" : ""}`}, text, make("div", {class: "where"}, where));
    for (const coding of group) block.lastChild.append(make("br", {}), ...about(coding));
    return block;
  }
  function about(coding) {
    const {family, label} = coding.code;
    const facts = [coding.domain, coding.status, coding.cited ? "cites another" : "", coding.named, coding.place, `${coding.method}, confidence ${(coding.confidence / 100).toFixed(2)}`];
    return [make("span", {class: `family ${family.id}`}, `${family.label}: ${label}`), ` · ${facts.filter(Boolean).join(" · ")} · `, make("a", {href: `#coding-${coding.id}`}, "link to this coding")];
  }
  function bySentence(found) {
    const groups = new Map();
    for (const coding of found) groups.set(coding.sentence, [...(groups.get(coding.sentence) || []), coding]);
    return [...groups.values()];
  }
  function extend(box, groups, chosen, byPaper) {
    box.append(...groups.slice(0, PAGE).map((group) => quote(group, chosen, byPaper)));
    if (groups.length <= PAGE) return;
    const more = make("button", {type: "button"}, `Show more (${groups.length - PAGE} left)`);
    more.addEventListener("click", () => {
      more.remove();
      const before = box.childElementCount;
      extend(box, groups.slice(PAGE), chosen, byPaper);
      box.children[before].querySelector("a").focus();
    });
    box.append(more);
  }
  function open(title, found, chosen) {
    const groups = bySentence(found).sort((a, b) => b.includes(chosen) - a.includes(chosen) || b[0].confidence - a[0].confidence);
    drawer.querySelector("h2").textContent = title;
    const held = new Set(found.map((coding) => coding.paper)).size;
    drawer.querySelector(".top p").textContent = groups.length ? `${plural(groups.length, "sentence")} of ${plural(held, "paper")}` : "No sentence of any paper, under these filters.";
    list.replaceChildren();
    extend(list, groups, chosen, false);
    if (!drawer.open) drawer.showModal();
    drawer.scrollTop = 0;
  }

  // ---- addresses: every cell, pair and coding has one ----
  const routes = new Map();
  for (const code of codes) {
    const held = (side) => codings.filter((c) => c.code === code && (side === undefined ? c.on[0] || c.on[1] : c.on[side]) && passes(c));
    routes.set(address(code), () => open(code.label, held()));
    for (const side of [0, 1]) routes.set(address(code, side), () => open(`${code.label}: ${data.domains[side][1]}`, held(side)));
    if (code.family !== families[0]) for (const first of families[0].codes)
      routes.set(`pair-${first.id}-${code.family.id}-${code.id}`, () => open(`${first.label} with ${code.label}`, together(first, code)));
  }
  for (const link of document.querySelectorAll("[data-named]"))
    routes.set(link.id, () => open(link.dataset.named, codings.filter((coding) => coding.named === link.dataset.named)));
  for (const coding of codings) routes.set(`coding-${coding.id}`, () => alone(coding));

  function together(one, other) {
    const holds = (code, side) => codings.filter((c) => c.code === code && c.status === "asserted" && c.on[side]);
    const found = [0, 1].flatMap((side) => {
      const others = new Map(holds(other, side).map((coding) => [coding.sentence, coding]));
      return holds(one, side).filter((coding) => others.has(coding.sentence)).flatMap((coding) => [coding, others.get(coding.sentence)]);
    });
    return [...new Set(found)];
  }
  function alone(chosen) {
    open(chosen.code.label, codings.filter((c) => c.code === chosen.code && (c === chosen || passes(c))), chosen);
  }
  function route() {
    const go = routes.get(decodeURIComponent(location.hash.slice(1)));
    if (go) go(); else if (drawer.open) drawer.close();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && routes.has(decodeURIComponent(link.hash.slice(1)))) {
      event.preventDefault();
      history.pushState(null, "", link.hash);
      route();
    } else if (event.target === drawer || event.target.closest("[data-close]")) drawer.close();
  });
  drawer.addEventListener("close", () => { if (routes.has(location.hash.slice(1))) history.replaceState(null, "", "#"); });
  window.addEventListener("popstate", route);

  // ---- papers ----
  for (const details of document.querySelectorAll("details[data-paper]")) details.addEventListener("toggle", () => {
    if (!details.open || details.dataset.built) return;
    details.dataset.built = "yes";
    const found = codings.filter((coding) => coding.paper === papers[details.dataset.paper]);
    details.append(strip(found, Number(details.dataset.pages)));
    const box = make("div", {});
    details.append(box);
    extend(box, bySentence(found), null, true);
  });
  function strip(found, pages) {
    const row = make("div", {class: "strip", role: "img", "aria-label": `Codings by page, ${plural(pages, "page")}`});
    for (let page = 1; page <= pages; page++) {
      const here = [...new Set(found.filter((coding) => coding.sentence.page === page).map((coding) => coding.code.family.id))].sort();
      row.append(make("span", {}, String(page), make("div", {}, ...here.map((family) => make("i", {class: family})))));
    }
    return row;
  }
  window.addEventListener("beforeprint", () => { for (const details of document.querySelectorAll("details:not([data-paper])")) details.open = true; });
  route();
})();
