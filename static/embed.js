// embed.html: one figure, spelt by the fragment of the address, and the messages between it and the page around it.
//
// To the parent: {"subject":"lti.frameResize","height"} and {"stepwise":"resize","height"}; for each step
// {"stepwise":"step","index","of","narration","position","fragment"}; {"stepwise":"edge","direction":"next"|"prev"} when the
// reader goes on past the last step or back before the first; {"stepwise":"key","key"} for a key that is not the figure's;
// and for a reveal.js deck both as what it understands, {"method":"next"|"prev","args":[]} as a string.
// From the parent alone: {"stepwise":"forward"}, "back", "seek" (with "step":"3.2"), "play", "pause", "run" (with "script"),
// "theme" (with "theme":"dark"), "size" (asks for the height) and the rest that a figure can do; as an object or as its JSON.

import { readLink, writeLink } from "./link.js";
import { FOREIGN } from "./stepwise.js";

const main = document.querySelector("main");
const isEmbedded = window.parent !== window;
/** What reveal.js does on keys that a figure leaves alone. */
const DECK_KEYS = new Map([
  ["PageDown", "next"], ["n", "next"], ["N", "next"], ["ArrowDown", "down"],
  ["PageUp", "prev"], ["p", "prev"], ["P", "prev"], ["ArrowUp", "up"],
  ["Escape", "toggleOverview"], ["o", "toggleOverview"], ["b", "togglePause"],
]);
/** A clicker sends these: on a slide they step the figure before they turn the slide. */
const CLICKER = new Map([["PageDown", "forward"], ["PageUp", "back"]]);
/** Keys that go about the page, whatever is on it. */
const OF_THE_PAGE = /^(Tab|Enter|Shift|Control|Alt|Meta|CapsLock|Dead|Unidentified|Process)$/;
/** A frame that nobody has come near fetches after so many milliseconds all the same: its page may be printed. */
const QUIET = 1000;

function post(message) {
  if (isEmbedded) window.parent.postMessage(message, "*");
}

function deck(method) {
  post(JSON.stringify({ method, args: [] }));
}

let figure = null;
let shown = null;
let writing = 0;

/** Makes the element say what the fragment says. */
function read() {
  const fragment = location.hash.slice(1);
  if (fragment === shown) return;
  shown = fragment;
  // What cannot be an attribute's name is no parameter either, and what is the page's business is not for a link to say.
  const isName = (name) => /^[a-z_][a-z0-9_-]*$/.test(name) && (name === "title" || !FOREIGN.test(name));
  const pairs = readLink(fragment).map(([name, value]) => [name.toLowerCase(), value]).filter(([name]) => isName(name));
  const kind = pairs.find(([name]) => name === "kind")?.[1];
  if (!kind) {
    list(fragment);
    return;
  }
  describe(kind);
  // The same element: if a fragment written by hand is wrong, what is on its stage stays.
  const next = figure ?? document.createElement("stepwise-figure");
  for (const { name } of [...next.attributes]) {
    if (!pairs.some(([other]) => other === name)) next.removeAttribute(name);
  }
  for (const [name, value] of pairs) next.setAttribute(name, value);
  dress(pairs);
  if (figure) return;
  main.replaceChildren(next);
  figure = next;
}

/** The page around the figure has its colours, and in one that fits a height it has that height. */
function dress(pairs) {
  const said = new Map(pairs);
  const theme = said.get("theme");
  document.documentElement.style.colorScheme = theme === "light" || theme === "dark" ? theme : "";
  document.documentElement.classList.toggle("fit", said.get("fit") === "height");
}

/** Names the figure's description for platforms that unfold links. */
function describe(kind) {
  const link = document.querySelector("link[type$=oembed]") ?? document.createElement("link");
  Object.assign(link, { rel: "alternate", type: "application/json+oembed" });
  link.href = `oembed/${encodeURIComponent(kind)}.json`;
  document.head.append(link);
}

/** Without a figure in the address: all there are, each a link to its example. What the address says instead stays there. */
async function list(fragment) {
  figure = null;
  const response = await fetch("oembed/index.json").catch(() => null);
  const figures = response?.ok ? await response.json() : [];
  // The address may have got a figure meanwhile.
  if (figure) return;
  const entries = figures.map(({ kind, title, summary, example }) => {
    const link = element("a", title);
    link.href = `#${writeLink({ kind, run: example })}`;
    const entry = element("li");
    entry.append(link, element("p", summary));
    return entry;
  });
  const all = element("ul");
  all.append(...entries);
  main.replaceChildren(
    element("h1", "One figure, alone on a page"),
    ...(fragment === "" ? [] : [element("p", "This address names no figure: kind=NAME is missing, or has been changed on the way.")]),
    element("p", "The address says which one, after its #: kind=NAME, the figure’s parameters, and run=SCRIPT. Every figure’s "
      + "drawer “Share” writes such an address for what it shows, and the frame that puts it on a page or a slide."),
    all,
  );
}

function element(name, text = "") {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function write() {
  clearTimeout(writing);
  if (shown !== null) history.replaceState(null, "", `#${shown}`);
}

addEventListener("pagehide", write);
addEventListener("hashchange", read);
addEventListener("stepwise-step", ({ detail: { fragment, index, of, narration, position, astray } }) => {
  if (astray) {
    // The address could not be shown as it is. It stays, so that whoever has it can mend it, or ask somebody who can.
    clearTimeout(writing);
    post({ stepwise: "step", index, of, narration, position, fragment: shown });
    return;
  }
  shown = fragment;
  dress(readLink(fragment));
  // The address is the state: a deck unloads this page when it leaves the slide, and loads it again. Not at every step
  // of a quick hand: browsers allow only so many changes of the address.
  clearTimeout(writing);
  writing = setTimeout(write, 150);
  post({ stepwise: "step", index, of, narration, position, fragment });
});
addEventListener("stepwise-edge", ({ detail: { direction } }) => {
  post({ stepwise: "edge", direction });
  deck(direction);
});

addEventListener("message", (event) => {
  if (!isEmbedded || event.source !== window.parent) return;
  let message = event.data;
  if (typeof message === "string") {
    try {
      message = JSON.parse(message);
    } catch {
      return;
    }
  }
  // What frames say themselves is no wish, whoever sends it back.
  if (typeof message?.stepwise !== "string" || ["step", "resize", "key", "edge"].includes(message.stepwise)) return;
  if (message.stepwise === "size") tellSize();
  else figure?.send(message.stepwise, message.step ?? message.script ?? message.theme ?? "");
});

addEventListener("keydown", (event) => {
  if (!figure || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (CLICKER.has(event.key)) {
    figure.send(CLICKER.get(event.key));
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    figure.send(event.key === "ArrowRight" ? "forward" : "back");
  } else if (isEmbedded && !OF_THE_PAGE.test(event.key)) {
    post({ stepwise: "key", key: event.key });
    if (!DECK_KEYS.has(event.key)) return;
    deck(DECK_KEYS.get(event.key));
  } else return;
  event.preventDefault();
});

function tellSize() {
  // What fills the height that it is given needs no other.
  if (document.documentElement.classList.contains("fit")) return;
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  post({ subject: "lti.frameResize", height });
  post({ stepwise: "resize", height });
}

new ResizeObserver(tellSize).observe(document.documentElement);

read();
addEventListener("load", () => setTimeout(() => figure?.wake(), QUIET));
