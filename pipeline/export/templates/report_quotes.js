  // ---- quotes, in the drawer and under their papers ----
  const PAGE = 25; // quotes that are built at a time
  const drawer = document.querySelector("dialog");
  const list = drawer.querySelector(".quotes");
  const sections = document.querySelectorAll("details[data-paper]");
  for (const section of sections) papers[section.dataset.paper].section = section.id;

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
    const from = byPaper ? [] : [make("a", {href: `#${paper.section}`}, `${paper.byline || paper.key}. ${paper.title}`), " · "];
    const where = [...from, [page, sentence.section].join(" · ")];
    const side = group[0].on[0] ? "leftside" : group[0].on[1] ? "rightside" : "";
    const block = make("blockquote", {class: `${side}${group.includes(chosen) ? " chosen" : ""}`}, text, make("div", {class: "where"}, ...where));
    for (const coding of group) block.lastChild.append(make("br", {}), ...about(coding));
    return block;
  }
  function about(coding) {
    const {family, label} = coding.code;
    const standing = {rejected: "rejected, counts nowhere", disputed: "in dispute"}[coding.review];
    const facts = [standing, coding.domain, coding.status, coding.cited ? "cites another" : "", coding.named, coding.place, coding.sector,
      coding.tied ? `tied to ${coding.tied.code.label}` : "", `${coding.made}, confidence ${(coding.confidence / 100).toFixed(2)}`];
    return [make("span", {class: `family ${family.id} ${coding.review}`}, `${family.label}: ${label}`), ` · ${facts.filter(Boolean).join(" · ")} · `, make("a", {href: `#coding-${coding.id}`}, "link to this coding")];
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

  // ---- addresses: every cell, pair, name, paper and coding has one; filters follow it after a "?" ----
  const routes = new Map();
  for (const code of codes) {
    const held = (side) => codings.filter((c) => c.code === code && (side === undefined ? c.on[0] || c.on[1] : c.on[side]) && passes(c));
    routes.set(address(code), () => open(code.label, held()));
    for (const side of [0, 1]) routes.set(address(code, side), () => open(`${code.label}: ${sideName(side)}`, held(side)));
    if (code.family !== families[0]) for (const first of families[0].codes)
      routes.set(`pair-${first.id}-${code.family.id}-${code.id}`, () => open(`${first.label} with ${code.label}`, together(first, code)));
  }
  for (const link of document.querySelectorAll("[data-named]"))
    routes.set(link.id, () => open(link.dataset.named, codings.filter((coding) => coding.named === link.dataset.named && coding.review !== "rejected")));
  for (const coding of codings) routes.set(`coding-${coding.id}`, () => alone(coding));

  function together(one, other) { // in one sentence, or tied in neighbouring ones
    const holds = (code, side) => codings.filter((c) => c.code === code && c.status === "asserted" && c.on[side]);
    const found = [0, 1].flatMap((side) => {
      const others = holds(other, side), first = holds(one, side);
      const at = new Map(others.map((coding) => [coding.sentence, coding]));
      const met = first.filter((coding) => at.has(coding.sentence)).flatMap((coding) => [coding, at.get(coding.sentence)]);
      const near = others.filter((coding) => first.includes(coding.tied)).flatMap((coding) => [coding.tied, coding]);
      return [...met, ...near];
    });
    return [...new Set(found)];
  }
  function alone(chosen) {
    const counts = (coding) => (coding.on[0] || coding.on[1]) && passes(coding);
    open(chosen.code.label, codings.filter((c) => c.code === chosen.code && (c === chosen || counts(c))), chosen);
  }
  function parts(hash) {
    const [place, ...filters] = hash.slice(1).split("?");
    return [place, filters.length ? filters.join("?") : null];
  }
  function route() {
    const [place, filters] = parts(location.hash);
    if (filters !== null) adopt(filters);
    const go = routes.get(place), element = document.getElementById(place);
    if (go) return go();
    if (drawer.open) drawer.close();
    if (element && element.dataset.paper) element.open = true;
    if (element && (filters !== null || element.dataset.paper)) element.scrollIntoView();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const place = link && parts(link.hash)[0];
    if (link && routes.has(place)) {
      event.preventDefault();
      history.pushState(null, "", place.startsWith("quotes-") ? `#${place}${query()}` : link.hash);
      route();
    } else if (event.target === drawer || event.target.closest("[data-close]")) drawer.close();
  });
  drawer.addEventListener("close", () => {
    if (routes.has(parts(location.hash)[0])) history.replaceState(null, "", query() ? `#map${query()}` : "#");
  });
  window.addEventListener("popstate", route);

  // ---- papers ----
  for (const details of sections) details.addEventListener("toggle", () => {
    if (!details.open || details.dataset.built) return;
    details.dataset.built = "yes";
    const found = codings.filter((coding) => coding.paper === papers[details.dataset.paper]);
    details.append(strip(found, Number(details.dataset.pages)));
    const box = make("div", {});
    details.append(box);
    extend(box, bySentence(found), null, true);
  });
  function strip(found, pages) {
    const row = make("div", {class: "strip", role: "group", "aria-label": `Codings by page, ${plural(pages, "page")}`});
    for (let page = 1; page <= pages; page++) {
      const here = found.filter((coding) => coding.sentence.page === page);
      const marks = here.map((coding) => make("i", {class: coding.code.family.id, style: `top:${(28 + 0.66 * coding.sentence.down).toFixed(0)}%;left:${10 + 30 * families.indexOf(coding.code.family)}%`}));
      const what = here.length ? {href: `#coding-${here[0].id}`, "aria-label": `Page ${page}: ${plural(here.length, "coding")}`} : {};
      row.append(make(here.length ? "a" : "span", what, String(page), ...marks));
    }
    return row;
  }
  window.addEventListener("beforeprint", () => { for (const details of document.querySelectorAll("details:not([data-paper], .typical)")) details.open = true; });
