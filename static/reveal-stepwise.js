// A plugin for reveal.js (tried with 6) that lets "next" and "previous" step the figure of a slide before they turn the
// slide, whether they come from a key, a clicker, a finger, a button or the API.
//
//   import stepwise from ".../reveal-stepwise.js";
//   deck.initialize({ plugins: [stepwise] });
//
// A figure is a <stepwise-figure>, or an <iframe> of embed.html from any origin; of that the plugin knows what its
// messages say. Forward, the figures of a slide come before its fragments; backward, after them. A slide begins at the
// step at which its figures opened, and when one comes back to it, it is as it was left.

const SELECTOR = "stepwise-figure, iframe";

export default () => ({ id: "stepwise", init });

function init(deck) {
  /** What is known of a figure: the step it is at, the last one, the one it opened at, and a frame's address. */
  const known = new WeakMap();
  const turn = Object.fromEntries(["next", "prev", "left", "right", "up", "down"].map((name) => [name, deck[name]]));

  const learn = (figure, { index, of, fragment }) => {
    if (!Number.isInteger(index) || !Number.isInteger(of)) return;
    if (!known.has(figure)) {
      known.set(figure, { first: index });
      if (figure.localName === "iframe") rememberWhenUnloaded(figure, () => known.get(figure).fragment);
    }
    Object.assign(known.get(figure), { index, of, fragment });
  };

  /** The figures of the slide that are alive, each with where it is. One that is not can only be passed over. */
  const onSlide = () => [...(deck.getCurrentSlide()?.querySelectorAll(SELECTOR) ?? [])].flatMap((figure) => {
    const isAlive = figure.localName === "iframe" ? figure.hasAttribute("src") : figure.of !== undefined;
    return isAlive && known.has(figure) ? [{ figure, ...known.get(figure) }] : [];
  });

  const isOurs = ({ skipFragments = false } = {}) => !skipFragments && !deck.isOverview() && !deck.isPaused();

  const forward = (name) => (options) => {
    const found = isOurs(options) && onSlide().find(({ index, of }) => index < of);
    if (found) send(found.figure, "forward");
    else turn[name](options);
  };
  const back = (name) => (options) => {
    const waits = isOurs(options) && !deck.availableFragments().prev;
    const found = waits && onSlide().reverse().find(({ index, first }) => index > first);
    if (found) send(found.figure, "back");
    else turn[name](options);
  };

  // In a deck that runs from right to left, so do its arrows.
  const isReversed = () => deck.getConfig().rtl;
  const sideways = (ltr, rtl) => (options) => (isReversed() ? rtl : ltr)(options);
  Object.assign(deck, {
    next: forward("next"),
    prev: back("prev"),
    down: forward("down"),
    up: back("up"),
    right: sideways(forward("right"), back("right")),
    left: sideways(back("left"), forward("left")),
  });

  const slides = deck.getSlidesElement();
  // All slides are printed, and so is what is on those that nobody has come to.
  if (/print-pdf/i.test(location.search)) wakeAll(slides);
  deck.on("pdf-ready", () => wakeAll(slides));
  slides.addEventListener("stepwise-step", ({ target, detail }) => learn(target, detail));
  // The reader has gone past an end within the figure itself.
  slides.addEventListener("stepwise-edge", ({ detail }) => turn[detail.direction === "next" ? "next" : "prev"]());
  window.addEventListener("message", ({ source, data }) => {
    if (data?.stepwise !== "step") return;
    const frame = [...slides.querySelectorAll("iframe")].find(({ contentWindow }) => contentWindow === source);
    if (frame) learn(frame, data);
  });
}

async function wakeAll(slides) {
  for (const frame of slides.querySelectorAll("iframe[data-src]:not([src])")) frame.setAttribute("src", frame.dataset.src);
  if (!slides.querySelector("stepwise-figure")) return;
  await customElements.whenDefined("stepwise-figure");
  for (const figure of slides.querySelectorAll("stepwise-figure")) figure.wake();
}

function send(figure, name) {
  if (figure.localName === "iframe") figure.contentWindow.postMessage({ stepwise: name }, "*");
  else figure.send(name);
}

/** reveal.js unloads a lazy frame that is some slides away, and loads it again: then at the step where it was. */
function rememberWhenUnloaded(frame, fragment) {
  const unloaded = () => {
    const address = frame.getAttribute("data-src");
    if (frame.hasAttribute("src") || address === null || !fragment()) return;
    const there = `${address.split("#")[0]}#${fragment()}`;
    if (there !== address) frame.setAttribute("data-src", there);
  };
  new MutationObserver(unloaded).observe(frame, { attributeFilter: ["src"] });
}
