// Links and forms of a page work without this script. With it a decision or the next coding appears without
// a new load, keys do what the buttons do, and words can be picked on a page.
"use strict";

const main = () => document.querySelector("main");
const field = (element) => element.matches("input, select, textarea");

// One after the other, so that what was decided first is sent first and the last answer is the one that shows.
let turn = Promise.resolve();
const show = (...asked) => (turn = turn.then(() => shown(...asked)));

async function shown(url, options = {}, push = true) {
  let answer, text;
  try {
    answer = await fetch(url, { ...options, headers: { ...options.headers, Accept: "text/html" } });
    text = await answer.text();
  } catch {
    complain("The server does not answer, so this was not done. Start it again, then load the page anew.");
    return;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.querySelector("main")) { complain(text); return; }
  main().replaceWith(page.querySelector("main"));
  document.querySelector("header").replaceWith(page.querySelector("header"));
  document.title = page.title;
  const address = new URL(answer.url);
  address.searchParams.delete("said"); // it was said once
  if (push && address.href !== location.href) history.pushState(null, "", address);
  prepare();
  if (!focusFirst()) main().focus({ preventScroll: true });
  if (push) scrollTo(0, 0);
}

function focusFirst() {
  const first = main().querySelector("[data-focus]");
  first?.focus({ preventScroll: true });
  return Boolean(first);
}

// What the server says instead of a page: a mistake to mend; what was typed stays.
function complain(text) {
  const said = main().querySelector(".message") || main().insertBefore(document.createElement("p"), main().firstChild);
  said.className = "message bad";
  said.setAttribute("role", "alert");
  said.textContent = text;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-swap]")) return;
  event.preventDefault();
  const sent = new URLSearchParams(new FormData(form, event.submitter));
  const action = event.submitter?.getAttribute("formaction") || form.getAttribute("action"); // "action" names a button
  if (form.getAttribute("method") === "get") show(`${action}?${sent}`);
  else show(action, { method: "POST", body: sent });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.href);
});

// A list that is gone through by arrow keys changes with each; what counts is where it comes to rest.
const RESTS = 500; // ms
let resting = 0;

document.addEventListener("change", (event) => {
  const changed = event.target;
  if (!changed.matches("[data-at-once]")) return;
  clearTimeout(resting);
  if (changed.matches("select") && byKey) resting = setTimeout(() => { resting = 0; changed.form.requestSubmit(); }, RESTS);
  else changed.form.requestSubmit();
});
document.addEventListener("focusout", (event) => { // whoever leaves it does not wait
  if (!resting || !event.target.matches("select[data-at-once]") || !event.target.isConnected) return;
  clearTimeout(resting);
  resting = 0;
  event.target.form.requestSubmit();
});
let byKey = false;
addEventListener("keydown", () => { byKey = true; }, true);
addEventListener("pointerdown", () => { byKey = false; }, true);

addEventListener("popstate", () => show(location.href, {}, false));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (field(event.target)) {
    const done = event.key === "Enter" && event.target.matches("[data-at-once]"); // leaving a field sends it
    if (done) event.preventDefault();
    if (done || event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.closest("a, button, summary, [role=button]")) return; // its own doing
  const wanted = document.querySelector(`[data-key~="${CSS.escape(event.key)}"]`);
  if (!wanted || wanted.disabled || event.target.closest("dialog, [popover]")) return;
  event.preventDefault();
  if (field(wanted)) { wanted.focus(); wanted.select?.(); } else wanted.click();
});

// ---- picking words ----

let first = null;

function pick(from, to) {
  const form = document.querySelector("form[data-add]");
  if (!form) return;
  const start = Math.min(+from.dataset.start, +to.dataset.start), end = Math.max(+from.dataset.end, +to.dataset.end);
  form.elements.start.value = start;
  form.elements.end.value = end;
  const picked = [];
  for (const word of document.querySelectorAll("[data-start]")) {
    const within = +word.dataset.start >= start && +word.dataset.end <= end;
    word.classList.toggle("picked", within);
    if (within && word.dataset.word) picked.push(word.dataset.word);
  }
  const sentence = picked.length ? picked.join(" ") : from.textContent;
  form.querySelector("[data-picked]").textContent = sentence;
  form.hidden = false;
}

document.addEventListener("pointerdown", (event) => {
  const word = event.target.closest("[data-start]");
  if (!word) return;
  event.preventDefault();
  first = word;
  pick(word, word);
});
document.addEventListener("pointerover", (event) => {
  const word = event.target.closest("[data-start]");
  if (first && word) pick(first, word);
});
document.addEventListener("pointerup", () => {
  if (first) document.querySelector("form[data-add] [name=code]")?.focus();
  first = null;
});
document.addEventListener("keydown", (event) => {
  const sentence = event.target.closest?.(".passages [data-start]");
  if (!sentence || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  pick(sentence, sentence);
  document.querySelector("form[data-add] [name=code]")?.focus();
});

// ---- papers dropped on a page, and a run that goes on ----

const token = () => document.querySelector("meta[name=token]").content;

async function upload(place, files) {
  const list = place.parentElement.querySelector("[data-taken]");
  for (const file of files) {
    const line = list.appendChild(document.createElement("li"));
    if (file.size > +place.dataset.largest) {
      line.textContent = `${file.name}: not added: it is larger than ${Math.floor(place.dataset.largest / 1e6)} MB; copy it into the folder of papers yourself`;
      continue;
    }
    line.textContent = `${file.name}: being read`;
    const headers = { "x-precedent-token": token(), "Content-Type": "application/octet-stream" };
    try {
      const answer = await fetch(`/papers/upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers });
      line.textContent = await answer.text();
    } catch {
      line.textContent = `${file.name}: not added: the server did not answer; load the page anew and try again`;
    }
  }
}

function prepare() {
  for (const place of document.querySelectorAll("[data-upload]")) {
    place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
    place.addEventListener("dragleave", () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => { event.preventDefault(); place.classList.remove("over"); upload(place, event.dataTransfer.files); });
    place.querySelector("input[type=file]")?.addEventListener("change", (event) => upload(place, event.target.files));
  }
  const going = document.querySelector("[data-again]");
  if (going) setTimeout(() => { if (going.isConnected) show(location.href, {}, false); }, 1000 * +going.dataset.again);
}

prepare();
if (!location.hash) focusFirst();
