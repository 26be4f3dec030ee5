  // ---- filters of the evidence map; those that are set stand in the address: #map?status=negated&place=China ----
  const form = document.querySelector(".filters");
  const fields = [...form.elements].filter((field) => field.name);
  let asked = {}; // what the fields say, by name; to look at each of them for each coding would be slow
  const value = (name) => asked[name] || "";
  const whole = form.elements.from ? [form.elements.from.min, form.elements.to.max].map(Number) : null;

  function standard(field) {
    return field.options ? ([...field.options].find((option) => option.defaultSelected) || field.options[0]).value : field.defaultValue;
  }
  const chosen = () => fields.filter((field) => field.value !== standard(field));
  function query() {
    const set = chosen().map((field) => [field.name, field.value]);
    return set.length ? `?${new URLSearchParams(set)}` : "";
  }
  function told() { // also for paper, where the fields themselves are left out
    const set = chosen().map((field) => `${field.parentElement.firstChild.data} ${field.options ? field.selectedOptions[0].text : field.value}`);
    return set.length ? ` Only: ${set.join("; ")}.` : "";
  }
  function adopt(text) {
    const sent = new URLSearchParams(text);
    for (const field of fields) {
      field.value = sent.has(field.name) ? sent.get(field.name) : standard(field);
      if (field.options && field.selectedIndex < 0) field.value = standard(field);
    }
    count();
  }

  function inYears(paper) {
    if (!whole) return true;
    const from = Number(value("from")) || whole[0], to = Number(value("to")) || whole[1];
    return (from <= whole[0] && to >= whole[1]) || (paper.year !== null && from <= paper.year && paper.year <= to);
  }
  function reviewedAs(coding) {
    const by = value("reviewed");
    return !by || (by === "disputed" ? coding.review === "disputed" : coding.reviewed === (by === "yes"));
  }
  function within(name, named, ofPaper) { // what a sentence names or, where it names none, its paper's title or abstract
    const place = value(name);
    return !place || (named ? [named] : ofPaper).some((word) => word === place || word.endsWith(`, ${place}`));
  }
  function passesBut(coding) { // all filters but that of status
    const is = (name, found) => !value(name) || value(name) === found;
    return is("family", coding.code.family.id) && within("place", coding.place, coding.paper.places) && within("sector", coding.sector, coding.paper.sectors) && is("role", coding.role)
      && is("cited", String(coding.cited)) && reviewedAs(coding) && coding.confidence >= Number(value("confidence")) && inYears(coding.paper);
  }
  const passes = (coding) => (!value("status") || value("status") === coding.status) && passesBut(coding);

  function count() {
    asked = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    const standing = papers.filter(inYears);
    const of = [0, 1].map((side) => standing.filter((paper) => paper.sides[side]).length);
    const found = codings.filter((coding) => coding.review !== "rejected" && passesBut(coding));
    const cells = new Map(codes.map((code) => [code, [0, 1].map(() => [])]));
    for (const coding of found) for (const side of [0, 1]) if (coding.on[side]) cells.get(coding.code)[side].push(coding);
    show(new Map([...cells].map(([code, sides]) => [code, sides.map((cell, side) => ({...counted(cell), of: of[side]}))])));
    const matching = found.filter(passes), held = new Set(matching.map((coding) => coding.paper)).size;
    const all = codings.filter((coding) => coding.review !== "rejected").length;
    form.querySelector("output").textContent = `${matching.length} of ${plural(all, "coding")}, in ${held} of ${plural(papers.length, "paper")}.${told()}`;
    form.querySelector("[data-view]").href = `#map${query()}`;
  }
  function counted(cell) {
    const said = (status) => new Set(cell.filter((coding) => coding.status === status).map((coding) => coding.paper));
    const asserted = said("asserted"), proposed = said("proposed"), plain = value("status") === "asserted";
    const weak = [...proposed].filter((paper) => !asserted.has(paper)).length;
    const denied = [...said("negated")].filter((paper) => !asserted.has(paper) && !proposed.has(paper)).length;
    const held = cell.filter(passes);
    const distinct = (found, name) => new Set(found.map((coding) => coding[name])).size;
    return {papers: distinct(held, "paper"), sentences: distinct(held, "sentence"), proposed: plain ? weak : 0, negated: plain ? denied : 0,
      reviewed: distinct(held.filter((coding) => coding.reviewed), "paper")};
  }
  function show(cells) {
    const most = Math.max(1, ...[...cells.values()].flat().map((cell) => cell.sentences));
    for (const map of document.querySelectorAll(".map")) map.hidden = Boolean(value("family")) && value("family") !== map.dataset.family;
    for (const [code, sides] of cells) for (const side of [0, 1])
      fill(document.getElementById(address(code, side)).querySelector("a"), sides[side], most, `${code.label}, ${sideName(side)}`);
  }
  function fill(link, cell, most, name) {
    const tone = ["left", "right"][link.dataset.side], [weak, dot] = link.querySelectorAll("circle");
    const radius = cell.papers ? Math.max(19 * Math.sqrt(cell.papers / cell.of), 3) : 0;
    const rim = cell.proposed ? Math.max(19 * Math.sqrt((cell.papers + cell.proposed) / cell.of), radius + 2) : 0;
    weak.setAttribute("r", rim.toFixed(1));
    dot.setAttribute("r", radius ? radius.toFixed(1) : rim ? 0 : 5);
    dot.setAttribute("class", radius || rim ? tone : "ring");
    dot.setAttribute("fill-opacity", (0.3 + 0.7 * cell.sentences / most).toFixed(2));
    const only = (n, verb) => n ? `${n} only ${verb}${n === 1 ? "s" : ""}` : "";
    const also = [plural(cell.sentences, "sentence"), only(cell.proposed, "propose"), only(cell.negated, "negate"), cell.reviewed ? `${cell.reviewed} reviewed` : ""].filter(Boolean).join(" · ");
    link.querySelector("span").replaceChildren(make("b", {}, String(cell.papers)), ` of ${cell.of}`, make("small", {}, also));
    link.setAttribute("aria-label", `${name}: ${cell.papers} of ${plural(cell.of, "paper")}, ${also}`);
  }
  function changed() {
    count();
    history.replaceState(null, "", query() ? `#map${query()}` : "#");
  }
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
