  // ---- the island: papers, sentences and codings as objects ----
  if (!window.DecompressionStream) {
    document.querySelector("[data-old]").hidden = false;
    return;
  }
  const packed = Uint8Array.from(atob(document.getElementById("island").textContent), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const data = JSON.parse(await new Response(unpacked).text());
  const papers = data.papers.map(([key, title, byline, year, left, right, places, sectors]) => (
    {key, title, byline, year, sides: [left, right], places: places.map((word) => data.words[word]), sectors: sectors.map((word) => data.words[word])}));
  const sentences = data.sentences.map(([paper, page, label, section, down, quote = "", before = "", after = ""]) =>
    ({paper: papers[paper], page, label, section: data.words[section], down, quote, before, after}));
  const families = data.families.map(([id, label]) => ({id, label, codes: []}));
  const codes = data.codes.map(([family, id, label]) => ({family: families[family], id, label}));
  for (const code of codes) code.family.codes.push(code);
  const rows = (data.codings[0] || []).map((_, row) => data.codings.map((column) => column[row]));
  const codings = rows.map(([id, at, code, domain, status, role, confidence, cited, named, place, sector, made, review, by, tied, left, right, marks]) => ({
    id, sentence: sentences[at], paper: sentences[at].paper, code: codes[code], domain: data.domains[domain][1], status: data.statuses[status],
    role: data.roles[role], confidence, cited, named: data.words[named], place: data.words[place], sector: data.words[sector], made: data.words[made],
    review: data.reviews[review], reviewed: data.deciders[by] !== "machine", tied, on: [left, right], marks}));
  for (const coding of codings) coding.tied = codings[coding.tied]; // undefined where there is none

  const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;
  const sideName = (side) => data.domains[side][1];
  const address = (code, side) => `quotes-${code.family.id}-${code.id}${side === undefined ? "" : `-${data.domains[side][0]}`}`;

  // All text of papers goes through here, as text.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  function draw(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
