  // ---- codes by period, place and sector ----
  const strata = document.querySelector("[data-strata]");
  function tabulate() {
    const {strata: columns, more, rows} = data.strata[strata.elements.by.value];
    const shown = rows.filter(([code]) => !strata.elements.of.value || codes[code].family.id === strata.elements.of.value);
    const head = columns.map(([name, left, right]) => make("th", {scope: "col"}, name, make("small", {}, `${left} and ${plural(right, "paper")}`)));
    const body = shown.map(([code, ...cells]) => make("tr", {},
      make("th", {scope: "row"}, make("span", {class: `family ${codes[code].family.id}`}, codes[code].label)),
      ...cells.map((cell, at) => make("td", {}, ...[0, 1].map((side) => share(cell || [0, 0, -1, -1], side, columns[at]))))));
    document.querySelector("table.strata").replaceChildren(make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "Code"), ...head)), make("tbody", {}, ...body));
    document.querySelector("[data-more]").textContent = more ? `Those of most papers; ${more} more stand in strata.csv.` : "";
  }
  function share(cell, side, column) {
    const papers = cell[side], of = column[1 + side], best = codings[cell[2 + side]];
    const bar = draw("svg", {width: 40, height: 10, "aria-hidden": "true"}, draw("rect", {width: of ? 40 : 0, height: 10, class: "track"}),
      draw("rect", {width: of ? 40 * papers / of : 0, height: 10, class: ["left", "right"][side]}));
    const told = of ? `${papers}/${of}` : "–";
    const name = `${sideName(side)}, ${column[0]}: ${papers} of ${plural(of, "paper")}`;
    return make("div", {}, bar, best ? make("a", {href: `#coding-${best.id}`, "aria-label": name}, told) : make("span", {}, told));
  }
  if (strata) {
    strata.elements.by.append(...Object.keys(data.strata).map((kind) => make("option", {}, kind)));
    strata.addEventListener("input", tabulate);
    strata.addEventListener("submit", (event) => event.preventDefault());
    strata.hidden = false;
    tabulate();
  }
