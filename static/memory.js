// What a reader has guessed, reached and missed, kept in this browser and nowhere else: nothing here sends anything.
//
// Missed questions come back by Leitner's rule: each right answer moves a question one box on, where it waits longer; a wrong
// one puts it back into the first box.

const BOOK = new URL(".", import.meta.url);
const KEY = "stepwise-memory";
/** What could not be read is put here, and is not touched again. */
const ASIDE = "stepwise-memory-aside";
const VERSION = 1;
/** So many days a question waits in each box; after the last it has been learnt. */
export const WAITS = [1, 3, 7, 21, 60];
/** More than a reader can fill; whatever is larger has not been written by us. */
const MOST = 5_000;
const LONGEST = 2_000;

/** This page, from the root of the book. */
export const here = decodeURIComponent(location.pathname.slice(BOOK.pathname.length)) || "index.html";

/** The day by the reader's own clock, counted from 1970. */
export function today() {
  const now = new Date();
  return Math.floor((now.getTime() - now.getTimezoneOffset() * 60_000) / 86_400_000);
}

const nothing = () => ({ stepwise: "memory", version: VERSION, questions: {}, goals: {} });

const isText = (value) => typeof value === "string" && value.length <= LONGEST;
const isDay = (value) => Number.isInteger(value) && value >= 0 && value < 1e6;
// A page of the book, and no address elsewhere.
const isPage = (value) => isText(value) && /^[\w-]+(\/[\w-]+)*\.html$/.test(value);
const isId = (value) => isText(value) && /^[\w-]*$/.test(value);
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isQuestion = (it) => isRecord(it) && isPage(it.page) && isId(it.figure) && isText(it.at) && isText(it.text) && isDay(it.day)
  && typeof it.right === "boolean" && (it.box === undefined || (Number.isInteger(it.box) && it.box >= 0 && it.box <= WAITS.length && isDay(it.due)));
const isGoal = (it) => isRecord(it) && isPage(it.page) && isText(it.title) && isDay(it.day) && Number.isInteger(it.commands);
const isPlace = (it) => isRecord(it) && isPage(it.page) && isId(it.id) && isText(it.title);

/** The memory that a text holds, or null if it is none of ours, or of a kind that is not known here. */
export function read(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const all = (list, isOne) => isRecord(list) && Object.keys(list).length <= MOST && Object.values(list).every(isOne);
  const isOurs = isRecord(value) && value.stepwise === "memory" && value.version === VERSION && all(value.questions, isQuestion)
    && all(value.goals, isGoal) && (value.place === undefined || isPlace(value.place));
  return isOurs ? value : null;
}

/** What is remembered. Whatever stands in its place and cannot be read is set aside. */
export function load() {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return nothing();
    const memory = read(text);
    if (memory) return memory;
    localStorage.setItem(ASIDE, text);
    localStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden, or full: then the page has no memory, and works as well.
  }
  return nothing();
}

/** What was set aside, or null. */
export function aside() {
  load();
  try {
    return localStorage.getItem(ASIDE);
  } catch {
    return null;
  }
}

export function dropAside() {
  try {
    localStorage.removeItem(ASIDE);
  } catch {
    // There is none, then.
  }
}

/** Whether this browser keeps anything for us. */
export function isKept() {
  try {
    localStorage.setItem(`${KEY}-try`, "1");
    localStorage.removeItem(`${KEY}-try`);
    return true;
  } catch {
    return false;
  }
}

/** Changes what is remembered, as it is by now: another tab may have written meanwhile. */
export function change(work) {
  const memory = load();
  work(memory);
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    return;
  }
  dispatchEvent(new Event("stepwise-remembered"));
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
  dispatchEvent(new Event("stepwise-remembered"));
}

/** Takes another memory in: of two entries the later one counts. */
export function merge(other) {
  change((memory) => {
    for (const kind of ["questions", "goals"]) {
      for (const [key, entry] of Object.entries(other[kind])) {
        if (!(memory[kind][key]?.day > entry.day)) memory[kind][key] = entry;
      }
    }
    memory.place ??= other.place;
  });
}

/** What a first guess makes of a question. One that was never missed is in no box. */
export function answered(before, right, day) {
  if (!right) return { right, box: 0, due: day + WAITS[0], day };
  if (before?.box === undefined) return { right, day };
  // Before its day a right answer is practice, and moves nothing.
  if (before.due > day) return { right, box: before.box, due: before.due, day };
  const box = before.box + 1;
  return { right, box, due: day + (WAITS[box] ?? 0), day };
}

/** Whether a question was missed and is still to be learnt. */
const isOpen = (question) => question.box !== undefined && question.box < WAITS.length;

/** Questions that are to be asked now: on Review those whose day has come. */
export const due = (memory, day = today()) => Object.entries(memory.questions).filter(([, it]) => isOpen(it) && it.due <= day);
/** Those that wait for their day. */
export const waiting = (memory, day = today()) => Object.entries(memory.questions).filter(([, it]) => isOpen(it) && it.due > day);
/** At the end of a chapter also those that were missed in it, and not answered since. */
const missedHere = (memory) => Object.entries(memory.questions).filter(([, it]) => it.page === here && isOpen(it) && (!it.right || it.due <= today()));

// What a page notices.
const positions = new WeakMap();

addEventListener("stepwise-step", ({ target, detail }) => positions.set(target, detail.position));

addEventListener("stepwise-guess", ({ target, detail }) => {
  const { page, figure } = whose(target);
  if (!figure || detail.attempt > 1) return;
  change(({ questions }) => {
    const key = `${figure}/${detail.own}`;
    const at = questions[key]?.at ?? positions.get(target) ?? "";
    questions[key] = { page, figure, at, text: String(detail.question).slice(0, LONGEST), ...answered(questions[key], detail.right, today()) };
  });
});

addEventListener("stepwise-goal", ({ target, detail }) => {
  const { page, figure } = whose(target);
  if (!figure || detail.solved) return;
  change(({ goals }) => {
    const commands = Math.min(detail.commands, goals[figure]?.commands ?? Infinity);
    goals[figure] = { page, title: String(detail.task).replaceAll("`", "").slice(0, LONGEST), commands, day: today() };
  });
});

/** The figure of the book that an element shows, in its own place or asked again elsewhere. */
function whose(element) {
  const again = element.closest("[data-again]");
  if (again) return { page: again.dataset.page, figure: again.dataset.again };
  return { page: here, figure: element.closest(".figure-block")?.id };
}

/** The figures of a page by their ids, as it was written: from this page, or fetched. */
async function figuresOf(page) {
  let document = globalThis.document;
  if (page !== here) {
    const response = await fetch(new URL(page, BOOK));
    if (!response.ok) return null;
    document = new DOMParser().parseFromString(await response.text(), "text/html");
  }
  return (id) => document.getElementById(id)?.querySelector("stepwise-figure") ?? null;
}

/** Asks questions again in `box`: each its figure, at the step that asks. Resolves to how many could be asked. */
export async function ask(box, questions) {
  box.replaceChildren();
  const pages = new Map();
  let asked = 0;
  for (const [, question] of questions) {
    if (!pages.has(question.page)) pages.set(question.page, await figuresOf(question.page).catch(() => null));
    const original = pages.get(question.page)?.(question.figure);
    // The chapter has changed, and the question is no more.
    if (!original) continue;
    asked += 1;
    const figure = document.createElement("stepwise-figure");
    for (const { name, value } of original.attributes) if (!["id", "style", "step", "class"].includes(name)) figure.setAttribute(name, value);
    // A figure that lives has taken its title from the attribute.
    const title = original.querySelector(".opening-title")?.textContent;
    if (title) figure.setAttribute("title", title);
    figure.setAttribute("controls", "minimal");
    figure.setAttribute("step", question.at);
    const block = document.createElement("div");
    Object.assign(block.dataset, { again: question.figure, page: question.page });
    block.className = "figure-block";
    block.append(figure);
    box.append(block);
  }
  if (asked > 0) await import("./stepwise.js");
  return asked;
}

// The end of a chapter asks what was missed in it, once the reader is there.
const turn = document.querySelector(".chapter-head") && document.querySelector(".turn");
if (turn) {
  const section = document.createElement("section");
  section.className = "again";
  turn.before(section);
  let shown = "";
  const offer = () => {
    const missed = missedHere(load());
    const wanted = missed.map(([key]) => key).join(" ");
    // A figure that is being answered stays until the page is left.
    if (wanted === shown || section.querySelector("stepwise-figure")) return;
    shown = wanted;
    section.replaceChildren();
    if (missed.length === 0) return;
    const words = document.createElement("p");
    words.textContent = missed.length === 1 ? "One question of this chapter went wrong. " : `${missed.length} questions of this chapter went wrong. `;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Ask again" });
    const box = document.createElement("div");
    button.addEventListener("click", async () => {
      button.remove();
      if (await ask(box, missed) === 0) words.textContent = "The questions that went wrong are no longer in this chapter.";
    });
    words.append(button);
    section.append(words, box);
  };
  addEventListener("stepwise-remembered", offer);
  offer();
}

// Where the reader is: the last heading or figure above the middle of the window.
if (document.querySelector(".chapter-head")) {
  let timer = 0;
  const note = () => {
    const places = [...document.querySelectorAll("main > :is(h2, h3, .figure-block)[id]")];
    const last = places.filter((place) => place.getBoundingClientRect().top < innerHeight / 2).at(-1);
    if (!last) return;
    const heading = places.slice(0, places.indexOf(last) + 1).filter((place) => place.matches("h2, h3")).at(-1);
    const title = [document.querySelector("h1").textContent, heading?.textContent].filter(Boolean).join(" · ").slice(0, LONGEST);
    change((memory) => (memory.place = { page: here, id: last.id, title }));
  };
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(note, 800);
  }, { passive: true });
}

// The cover leads back there. Its line is as high before.
const goOn = document.querySelector(".go-on");
if (goOn) {
  const { place } = load();
  const isThere = place && document.querySelector(`#book-contents a[href="${place.page}"]`);
  if (isThere) {
    const link = Object.assign(document.createElement("a"), { href: `${place.page}#${place.id}`, textContent: place.title });
    goOn.replaceChildren("Go on where you were: ", link);
  }
}

document.documentElement.dataset.remembers = "";
