// For decks that go by keys and have no plug-in of ours: Marp, Slidev, slides of your own. (For reveal.js there is
// reveal-stepwise.js.) One <script type="module" src=".../deck-stepwise.js"> in the deck, and the keys and the clicker step
// the figures of a slide before they turn it, forward and back, wherever the focus is: in the deck, in a figure, or in the
// frame of one. What a frame does not need of the keyboard comes back to the deck as if it had been pressed there.

const WAYS = { ArrowRight: "forward", PageDown: "forward", ArrowLeft: "back", PageUp: "back" };
/** What old decks go by. */
const CODES = { " ": 32, PageUp: 33, PageDown: 34, End: 35, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Escape: 27 };

/** What is known of a figure, or of a frame with one: the step it is at, the last one, and the one it opened at. */
const known = new Map();
let pressing = false;

function learn(figure, { index, of }) {
  if (Number.isInteger(index) && Number.isInteger(of)) known.set(figure, { first: index, ...known.get(figure), index, of });
}

/** Whether it is on the slide that is seen: nothing else is where its middle is. */
function isShown(figure) {
  const { left, top, right, bottom, width } = figure.getBoundingClientRect();
  const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
  const there = document.elementFromPoint(middle(left, right, innerWidth), middle(top, bottom, innerHeight));
  return width > 0 && there !== null && figure.contains(there);
}

/** Steps a figure of this slide, if one is not yet where that way ends. */
function step(way) {
  const can = ([figure, { first, index, of }]) => figure.isConnected && (way === "forward" ? index < of : index > first) && isShown(figure);
  const order = ([a], [b]) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  const figures = [...known].filter(can).sort(order);
  const [figure] = (way === "forward" ? figures[0] : figures.at(-1)) ?? [];
  if (figure?.localName === "iframe") figure.contentWindow.postMessage({ stepwise: way }, "*");
  else figure?.send(way);
  return figure !== undefined;
}

/** Presses a key in the deck. */
function press(key) {
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : key === " " ? "Space" : key;
  const keyCode = CODES[key] ?? (key.length === 1 ? key.toUpperCase().charCodeAt(0) : 0);
  pressing = true;
  for (const name of ["keydown", "keyup"]) {
    document.body.dispatchEvent(new KeyboardEvent(name, { key, code, keyCode, which: keyCode, bubbles: true, cancelable: true, composed: true }));
  }
  pressing = false;
}

/** Past its end a figure hands over to the next of the slide, and the last one to the deck. */
function pass(direction) {
  if (!step(direction === "next" ? "forward" : "back")) press(direction === "next" ? "ArrowRight" : "ArrowLeft");
}

addEventListener("keydown", (event) => {
  const field = event.composedPath()[0];
  const isWriting = field instanceof Element && field.matches("input:not([type=range]), textarea, select, [contenteditable]");
  if (pressing || isWriting || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (!WAYS[event.key] || !step(WAYS[event.key])) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

addEventListener("stepwise-step", ({ target, detail }) => learn(target, detail));
addEventListener("stepwise-edge", ({ detail }) => pass(detail.direction));
addEventListener("message", ({ source, data }) => {
  if (typeof data?.stepwise !== "string") return;
  const frame = [...document.querySelectorAll("iframe")].find(({ contentWindow }) => contentWindow === source);
  if (!frame) return;
  if (data.stepwise === "step") learn(frame, data);
  else if (data.stepwise === "edge") pass(data.direction);
  else if (data.stepwise === "key") press(String(data.key));
});
