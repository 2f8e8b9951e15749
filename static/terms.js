// Terms of the book where they stand. A link to one shows its sentence on rest, by keyboard and by touch; so do the
// narration, the commands and the parameters of a figure. What they mean is fetched when it is first asked for.

const BOOK = new URL(".", import.meta.url);
/** A pointer rests after so many milliseconds, and has so many to get from the word to the note. */
const REST = 250;
const GRACE = 250;
/** In a figure, what may hold terms. */
const PLACES = ".narration, .parameters label, .more label, .command button";
/** A finger held so long on a button asks what it means, and does not press it. */
const HELD = 500;
const HIGHLIGHT = "stepwise-term";

let glossary = null;
let note = null;
let shown = null;
let timer = 0;
/** The focus comes back from a note that was closed: that asks for no other. */
let returning = false;

/** The terms, by id, and a pattern that finds them. Fetched anew if that failed. */
export function terms() {
  glossary ??= fetch(new URL("glossary.json", BOOK)).then(async (response) => {
    if (!response.ok) throw new Error(`glossary.json: ${response.status}`);
    return indexed(await response.json());
  }).catch(() => {
    glossary = null;
    return null;
  });
  return glossary;
}

function indexed(list) {
  const byId = new Map(list.map((term) => [term.id, term]));
  const page = location.pathname.slice(BOOK.pathname.length);
  const spellings = new Map();
  for (const term of list) {
    if (term.only && !term.only.includes(page)) continue;
    for (const word of [term.name, ...(term.words ?? [])]) {
      spellings.set(word, term);
      spellings.set(word[0].toUpperCase() + word.slice(1), term);
    }
  }
  const words = [...spellings.keys()].sort((a, b) => b.length - a.length);
  const quoted = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return { byId, spellings, pattern: new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${quoted.join("|")})(?![\\p{L}\\p{N}_-])`, "gu") };
}

/** The first use of each term in a text. */
export function found(text, { spellings, pattern }) {
  const seen = new Map();
  for (const match of text.matchAll(pattern)) {
    const term = spellings.get(match[0]);
    if (!seen.has(term)) seen.set(term, { term, start: match.index, end: match.index + match[0].length });
  }
  return [...seen.values()];
}

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Shows what terms mean beside the place where they stand. */
function show(anchor, list) {
  if (shown === anchor && note?.isConnected) return;
  hide();
  note = make("div", { className: "term-note", id: "term-note" });
  note.setAttribute("popover", "auto");
  note.setAttribute("role", "note");
  for (const term of list) {
    const more = make("a", { href: new URL(term.at, BOOK).href, textContent: term.in });
    // A page that is none of the book's stays where it is.
    if (!("root" in document.documentElement.dataset)) Object.assign(more, { target: "_blank", rel: "noopener" });
    const name = make("b", { textContent: term.name });
    const also = term.also ? ` (also ${term.also.join(", ")})` : "";
    note.append(make("p", {}, name, `${also}: `, term.says, " ", more));
  }
  // Beside the word itself, so that the next Tab leads into it. What a figure has drawn is not to be disturbed.
  const root = anchor.getRootNode();
  const inFigure = root instanceof ShadowRoot;
  if (inFigure) root.querySelector(".box").append(note);
  else anchor.after(note);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", leave);
  note.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed") hide();
  });
  note.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" || (event.key === "Tab" && inFigure && leaves(event))) {
      event.preventDefault();
      goBack();
    }
  });
  note.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && relatedTarget !== shown && !note?.contains(relatedTarget)) hide();
  });
  note.showPopover();
  place(anchor);
  shown = anchor;
}

function goBack() {
  const back = shown?.control ?? shown;
  hide();
  returning = true;
  back?.focus();
  returning = false;
}

function leaves({ shiftKey }) {
  const links = [...note.querySelectorAll("a")];
  return note.getRootNode().activeElement === (shiftKey ? links[0] : links.at(-1));
}

/** Below the word, or above it where there is no room; in the top layer, so that nothing on the page moves. */
function place(anchor) {
  const word = anchor.getClientRects()[0] ?? anchor.getBoundingClientRect();
  const { width, height } = note.getBoundingClientRect();
  const left = Math.max(8, Math.min(word.left, document.documentElement.clientWidth - width - 8));
  const below = word.bottom + 6;
  const top = below + height > innerHeight && word.top - height - 6 > 0 ? word.top - height - 6 : below;
  Object.assign(note.style, { left: `${left + scrollX}px`, top: `${top + scrollY}px` });
}

function hide() {
  clearTimeout(timer);
  const old = note;
  note = shown = null;
  old?.remove();
}

function leave() {
  clearTimeout(timer);
  timer = setTimeout(hide, GRACE);
}

/** After a rest on it, shows what a place means, if that is known by then. */
function rest(anchor, wanted, after = REST) {
  clearTimeout(timer);
  if (shown === anchor || returning) return;
  const asked = terms();
  timer = setTimeout(async () => {
    const known = await asked;
    const list = known && anchor.isConnected ? wanted(known) : [];
    if (list.length) show(anchor, list);
  }, after);
}

// On the page: links to terms.
const linked = (anchor) => (known) => [known.byId.get(anchor.hash.slice(1))].filter(Boolean);
const link = ({ target }) => (target instanceof Element ? target.closest("a.term") : null);

if (HTMLElement.prototype.showPopover && "root" in document.documentElement.dataset) {
  let finger = false;
  addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const anchor = link(event);
    if (anchor) rest(anchor, linked(anchor));
    else if (shown?.matches("a.term") && !note?.contains(event.target)) leave();
  });
  addEventListener("pointerdown", ({ pointerType }) => (finger = pointerType === "touch"), true);
  addEventListener("focusin", (event) => {
    const anchor = link(event);
    if (anchor?.matches(":focus-visible") && !finger) rest(anchor, linked(anchor), 0);
    else if (shown?.matches("a.term") && !note?.contains(event.target)) hide();
  });
  // A finger has no rest: the first tap shows the sentence, and from there a link leads on.
  addEventListener("click", (event) => {
    const anchor = link(event);
    if (!anchor || !finger) return;
    event.preventDefault();
    if (shown !== anchor) rest(anchor, linked(anchor), 0);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown && !note?.contains(event.target)) hide();
  }, true);
}

/** The texts of a place, and the terms in it with where they stand. */
function ranges(place, known) {
  const texts = [];
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("code, select, .outcome")) texts.push(walker.currentNode);
  const seen = new Set();
  return texts.flatMap((node) => found(node.data, known).filter(({ term }) => !seen.has(term) && seen.add(term)).map(({ term, start, end }) => {
    const range = new Range();
    range.setStart(node, start);
    range.setEnd(node, end);
    return { term, range };
  }));
}

/** Underlines the terms of a figure without a change to what it has drawn. */
function underline(shadow, known) {
  if (!globalThis.CSS?.highlights) return;
  const highlight = CSS.highlights.get(HIGHLIGHT) ?? new Highlight();
  CSS.highlights.set(HIGHLIGHT, highlight);
  for (const range of highlight) if (range.startContainer.getRootNode() === shadow || !range.startContainer.isConnected) highlight.delete(range);
  for (const element of shadow.querySelectorAll(PLACES)) for (const { range } of ranges(element, known)) highlight.add(range);
}

/** Lets the narration, the commands and the parameters of a figure show their terms. */
export function watch(figure, shadow) {
  if (!HTMLElement.prototype.showPopover) return;
  const at = ({ target }) => (target instanceof Element ? target.closest(PLACES) : null);
  const wanted = (element) => (known) => ranges(element, known).map(({ term }) => term);
  let held = 0;
  let quiet = false;
  let first = true;
  const touched = async () => {
    // Whoever only reads fetches nothing: the first that is done to a figure asks.
    const known = await terms();
    if (!known || !figure.isConnected) return;
    underline(shadow, known);
    if (first) figure.addEventListener("stepwise-step", () => requestAnimationFrame(() => underline(shadow, known)));
    first = false;
  };
  for (const name of ["pointerenter", "focusin"]) figure.addEventListener(name, touched, { once: true });
  shadow.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || note?.contains(event.target)) return;
    const element = at(event);
    if (element) rest(element, wanted(element));
    else if (shown?.getRootNode() === shadow) leave();
  });
  figure.addEventListener("pointerleave", () => {
    if (shown?.getRootNode() === shadow) leave();
  });
  shadow.addEventListener("focusin", (event) => {
    const element = at(event);
    if (element && event.target.matches(":focus-visible")) rest(element, wanted(element), 0);
    else if (shown?.getRootNode() === shadow && !note?.contains(event.target)) hide();
  });
  // A note lies at the end of the figure; Tab leads from its place into it.
  shadow.addEventListener("keydown", (event) => {
    if (!note || shown?.getRootNode() !== shadow || note.contains(event.target)) return;
    if (event.key === "Escape") hide();
    else if (event.key === "Tab" && !event.shiftKey) note.querySelector("a")?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  shadow.addEventListener("pointerdown", (event) => {
    quiet = false;
    const element = at(event);
    if (event.pointerType !== "touch" || !element) return;
    // Nothing else happens at a touch of the narration or of a label's words; a button is pressed unless it is held.
    const waits = element.matches("button") ? HELD : 0;
    held = setTimeout(() => {
      quiet = waits > 0;
      rest(element, wanted(element), 0);
    }, waits);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    shadow.addEventListener(name, ({ target }) => {
      if (target instanceof Element && target.closest("button")) clearTimeout(held);
    });
  }
  shadow.addEventListener("click", (event) => {
    if (!quiet) return;
    quiet = false;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
