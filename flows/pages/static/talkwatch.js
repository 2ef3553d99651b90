// What the pages do besides where a browser runs scripts: narrow a list, search while one types, keys, say what is new.
// Every page says all it has to say without it. Nothing here writes markup: text goes in as text.
"use strict";

const LONG = 8; // entries from which on a list wants narrowing
const PAUSE = 250; // milliseconds without a key, until what was typed is asked
const MINUTE = 60_000;
const isServed = location.protocol.startsWith("http");
const main = document.querySelector("main");
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const make = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...inside);
  return element;
};

// Entries: what j and k step through, and what a list is narrowed to.
const entries = () =>
  [...main.querySelectorAll(".list > li, tbody > tr")].filter((each) => !each.closest("details"));
const shown = () => entries().filter((each) => !each.hidden);

function narrow(words) {
  const wanted = plain(words).split(/\s+/);
  for (const each of entries()) each.hidden = !wanted.every((word) => plain(each.textContent).includes(word));
}

function offerNarrowing() {
  const all = entries().length;
  const isList = main.querySelector(".forms, #said"); // an alert's proofs, say, are nothing to choose from
  if (all < LONG || !isList || document.querySelector("form.search")) return;
  const field = make("input", { id: "narrow", type: "search", autocomplete: "off" });
  const count = make("output", { for: "narrow", class: "meta" });
  field.addEventListener("input", () => {
    narrow(field.value);
    count.value = field.value.trim() ? `${shown().length} of ${all}` : "";
  });
  const label = make("label", { for: "narrow" }, "Only what has these words");
  (main.querySelector(".lead") ?? main.querySelector("h1")).after(make("div", { class: "narrow" }, label, field, count));
}

// Searching: what the form would show stands there while one types; one question at a time.
function offerSearching() {
  const form = document.querySelector("form.search");
  if (!form || !isServed) return;
  let asked = "", timer = 0, isAsking = false;
  const count = make("output", { class: "meta" });
  form.append(count);
  const address = () => `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`;
  async function ask() {
    const to = address();
    if (isAsking || to === asked) return;
    [isAsking, asked] = [true, to];
    try {
      const answer = await fetch(to);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("results");
      if (answer.ok && found && address() === to) {
        document.getElementById("results").replaceWith(document.adoptNode(found));
        count.value = found.querySelector("h2")?.textContent ?? "";
        history.replaceState(null, "", to);
      }
    } catch {
      asked = ""; // the button still asks
    }
    isAsking = false;
    if (address() !== asked && asked) ask();
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

// Keys, each of which may be a letter that somebody speaks to the browser: they can be turned off.
const KEYS = "talkwatch-keys";
let areOn = true;
try {
  areOn = localStorage.getItem(KEYS) !== "off";
} catch {} // where a browser keeps nothing they are on again at the next page

function step(by) {
  const all = shown();
  const at = all.indexOf(document.activeElement?.closest(".list > li, tbody > tr"));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.setAttribute("tabindex", "-1");
  next?.focus();
}

const deeds = {
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement?.querySelector("h3 a[href], th a[href], a[href]")?.click(),
  "/": () => {
    const field = document.querySelector("#narrow, #q");
    field ? field.focus() : document.querySelector('nav a[href$="search"]')?.click();
  },
};

function offerKeys() {
  const button = make("button", { type: "button", class: "quiet" });
  const said = make("span");
  const tell = () => {
    said.textContent = areOn ? "Keys: j and k step through the entries, o opens one, / searches. " : "Keys are off. ";
    button.textContent = areOn ? "Turn keys off" : "Turn keys on";
  };
  button.addEventListener("click", () => {
    areOn = !areOn;
    tell();
    try {
      localStorage.setItem(KEYS, areOn ? "on" : "off");
    } catch {} // the same
  });
  tell();
  document.querySelector("footer").append(make("p", {}, said, button));
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "narrow" && event.key === "Escape") return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || !areOn) return;
    if (event.target.closest("input, select, textarea") || !Object.hasOwn(deeds, event.key)) return;
    event.preventDefault();
    deeds[event.key]();
  });
}

// News: whether this page is another by now is asked each minute that somebody looks at it, and told, not forced.
function offerNews() {
  if (!isServed || document.querySelector("form.search")) return;
  let mark = "", isTold = false;
  async function look() {
    if (document.visibilityState !== "visible" || isTold) return;
    const answer = await fetch(location.href, { cache: "no-cache" }).catch(() => null); // 304 where nothing is new
    if (!answer?.ok || answer.headers.get("etag") === mark) return;
    mark = answer.headers.get("etag");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("main")?.textContent;
    if (isTold || now === undefined || now === first) return;
    isTold = true;
    news.append("This page has news by now. ", make("a", { href: location.href }, "Show it"));
  }
  const first = main.textContent;
  const news = make("div", { role: "status", class: "news" });
  document.body.append(news);
  document.addEventListener("visibilitychange", look);
  setInterval(look, MINUTE);
}

offerNews();
offerNarrowing();
offerSearching();
offerKeys();
