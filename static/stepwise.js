// The element <stepwise-figure>: a figure of Stepwise on any page, by one <script type="module" src=".../stepwise.js">.
//
// Until a figure comes near the viewport, its opening picture (the element's own children) is all there is, and no Wasm
// is fetched; then the player is, and the shelf that this kind of figure stands on. What is in the drawers is fetched when
// the first one is opened. All figures of a page share one instance. A panic in Wasm ends that instance; then a fresh one
// is fetched and every figure goes on at the step where it was.

import { watchFingers } from "./fingers.js";
import { readLink, writeLink } from "./link.js";
import { mindRows } from "./rows.js";
import { watch } from "./terms.js";

const here = (file) => new URL(file, import.meta.url).href;
const STYLES = ["scene.css", "figure.css"];
/** A shadow root knows the faces of its page alone, so they are given to the page. */
const FACES = { "Stepwise Sans": "fonts/stepwise-sans.woff2", "Stepwise Mono": "fonts/stepwise-mono.woff2" };
/** A figure waits so many milliseconds for its faces; then it begins with others. */
const FACES_MAY_TAKE = 1500;
/** Where its parent asks how wide it would be, a figure is six of these, and may be broken down to one. */
const BREADTHS = 6;
/** A figure this far outside the viewport comes alive. */
const NEAR = "600px";
/** Seen is what has come so far in from the upper or lower edge of the window. */
const SEEN = "-20%";
/** A page that has been there so many milliseconds fetches what nobody has come near, unless it has a picture: it may be printed. */
const QUIET = 3000;
/** After so many panics a figure stays down until the reader starts it over. */
const MAX_FALLS = 2;
/** Attributes that are the page's business, not the figure's, whatever names a figure has. */
export const FOREIGN = /^(class|style|id|slot|title-id|hidden|lang|dir|tabindex|role|is|part|aria-.*|data-.*|on.*)$/;

/** All figures that have been given to an instance, by their number. */
const alive = new Map();
let counter = 0;
let instance = 0;
let loading = null;
/** Resolves when the instance of now has fallen. */
let fallen = null;
let fall = null;

/** The Wasm of this page; fetched once, and again after a panic. */
function load() {
  if (loading) return loading;
  fallen = new Promise((resolve) => (fall = resolve));
  loading = (async () => {
    // Glue imported anew has memory of its own.
    const query = instance === 0 ? "" : `?instance=${instance}`;
    const glue = await import(here(`stepwise-player.js${query}`));
    await glue.default({ module_or_path: here("stepwise-player_bg.wasm") });
    return glue;
  })();
  loading.catch(() => {
    // Whoever tries again asks anew, by another name: browsers remember a module that has failed.
    instance += 1;
    loading = null;
  });
  return loading;
}

/** Called by the panic hook. Nothing of the instance may be called any more. */
function panicked(number, message) {
  instance += 1;
  loading = null;
  fall();
  // Not from within the fall itself: Wasm is still on the stack.
  setTimeout(() => {
    for (const figure of alive.values()) figure.revive(figure.number === number ? message : null);
  });
}

let faces = null;

/** Resolves when the faces are there, or cannot be had, or take too long. */
function bringFaces() {
  faces ??= Promise.allSettled(Object.entries(FACES).map(([family, file]) => {
    const face = new FontFace(family, `url("${here(file)}")`, { weight: "400 700", display: "swap" });
    document.fonts.add(face);
    return face.load();
  }));
  return Promise.race([faces, new Promise((resolve) => setTimeout(resolve, FACES_MAY_TAKE))]);
}

class StepwiseFigure extends HTMLElement {
  #shadow = this.attachShadow({ mode: "open" });
  /** What all else is in: nothing that a page says of text reaches into it. */
  #box = make("div", "box");
  #root = null;
  #figure = null;
  #state = null;
  #falls = 0;
  #starting = false;
  /** Stopped, and saying why, until the reader wants it to go on. */
  #stopped = false;
  /** Its goal has been reached, and the page has been told. */
  #reached = false;
  #styles = null;
  #near = null;
  #seen = null;
  #waiting = [];
  #rows = mindRows(this.#shadow);
  /** A way past the figure, and where it leads to. */
  #past = Object.assign(make("a", "past"), { href: "#", textContent: "Skip this figure" });
  #end = Object.assign(make("span", "unseen"), { tabIndex: -1, textContent: "End of the figure" });
  /** Taken from the attribute, which as one would be a tooltip over the whole figure. */
  #title = null;
  #changes = new MutationObserver((records) => {
    this.#takeTitle();
    const changed = records.map(({ attributeName }) => attributeName).filter((name) => !FOREIGN.test(name));
    if (changed.length) this.#replace(changed);
  });
  number = 0;

  connectedCallback() {
    if (this.#near || this.#figure) return;
    this.number ||= ++counter;
    this.#takeTitle();
    if (!this.#shadow.firstChild) this.#furnish();
    this.#changes.observe(this, { attributes: true });
    this.#near = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#start();
    }, { rootMargin: NEAR });
    this.#near.observe(this);
    this.#seen ??= new IntersectionObserver((entries) => {
      if (!this.#figure || !entries.some((entry) => entry.isIntersecting)) return;
      this.#seen.disconnect();
      this.#figure.seen();
    }, { rootMargin: `${SEEN} 0px` });
    if (!this.firstElementChild) whenQuiet(() => this.wake());
  }

  disconnectedCallback() {
    // A node that is moved is disconnected and connected again: only one that stays away is put away.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#near?.disconnect();
      this.#near = null;
      this.#changes.disconnect();
      alive.delete(this.number);
      this.#figure?.unmount();
      this.#figure = null;
      this.#root?.remove();
      this.#root = null;
    });
  }

  /** Brings the figure to life, wherever it is. */
  wake() {
    if (this.isConnected) this.#start();
  }

  /** Tells the figure whether it is on paper. */
  paper(on) {
    this.#figure?.paper(on);
  }

  /** Sends the figure a command, as a page or a slide does: forward, back, seek, play, pause, ... */
  send(name, argument = "") {
    if (this.#stopped) return;
    if (this.#figure) this.#figure.receive(String(name), String(argument));
    else {
      this.#waiting.push([name, argument]);
      this.#start();
    }
  }

  #furnish() {
    this.#styles = Promise.all(STYLES.map((file) => this.#style(file)));
    // Whoever waits for them is told; nobody may have to.
    this.#styles.catch(() => {});
    const slot = document.createElement("slot");
    // Where nobody has put an opening picture, room is kept for the figure.
    const room = make("div", "room");
    slot.append(room);
    this.#box.append(slot);
    if (!this.firstElementChild) this.#picture(room);
    // The box goes by the width that it is given; where the parent gives none, this says what it would like to have.
    const breadth = make("div", "breadth");
    for (let part = 0; part < BREADTHS; part += 1) breadth.append(make("i"));
    const frame = make("div", "frame");
    frame.append(breadth, this.#box);
    this.#shadow.append(frame);
    // Seen from the page, a key pressed in one of our fields comes from the figure itself; so the page's shortcuts
    // would fire while somebody writes.
    const keep = (event) => {
      const field = event.composedPath()[0];
      if (field instanceof Element && field.matches("input:not([type=range]), textarea, select")) event.stopPropagation();
    };
    for (const name of ["keydown", "keyup", "keypress"]) this.#shadow.addEventListener(name, keep);
    // On a phone a drawer lies over the picture: both are brought into sight.
    this.#shadow.addEventListener("click", ({ target }) => {
      if (target.closest(".narrow :is(.drawers, .all) button")) setTimeout(() => this.#shadow.querySelector(".narrow > .drawer")?.scrollIntoView({ block: "nearest" }), 50);
    });
    // From a place that Tab does not stop at, Chromium would go back to the figure's first: it is one while it has the focus.
    this.#past.addEventListener("click", (event) => {
      event.preventDefault();
      this.#end.tabIndex = 0;
      this.#end.focus();
    });
    this.#end.addEventListener("blur", () => (this.#end.tabIndex = -1));
    watch(this, this.#shadow);
    watchFingers(this.#shadow, (way) => this.#figure?.receive(way, ""));
  }

  /** Shows in the room how such a figure opens, until this one is there. */
  async #picture(room) {
    const kind = this.getAttribute("kind") ?? "";
    const response = /^[a-z-]+$/.test(kind) && await fetch(here(`openings/${kind}.html`)).catch(() => null);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (this.#figure) return;
    for (const breadth of ["wide", "narrow"]) {
      const picture = page.querySelector(`svg.${breadth}`);
      if (!picture) continue;
      room.style.setProperty(`--${breadth}`, picture.getAttribute("viewBox").split(" ").slice(2).join("/"));
      room.append(document.importNode(picture, true));
    }
  }

  async #start() {
    if (this.#starting || this.#stopped || this.#figure) return;
    this.#starting = true;
    try {
      const glue = await this.#fetch();
      if (this.isConnected && !this.#figure) this.#mount(glue);
    } catch (error) {
      console.error(error);
      const why = refusal() ?? "This figure couldn't be brought to life here";
      const picture = this.firstElementChild ? "; its picture stays as it is" : "; the picture is how such a figure opens";
      const has = this.firstElementChild ?? this.#shadow.querySelector(".room svg");
      this.#stop("quiet", `${why}${has ? picture : ""}.`, null, {
        "Try again": () => {
          this.#styles = Promise.all(STYLES.map((file) => this.#style(file)));
        },
      });
    } finally {
      this.#starting = false;
    }
  }

  /** Fetches what the figure needs, and resolves to an instance that stands and has its kind, as that is by then. */
  async #fetch() {
    const kind = () => new Map(this.#pairs()).get("kind") ?? "";
    for (;;) {
      const [glue, wanted] = [await load(), kind()];
      // An instance that falls meanwhile never answers.
      await Promise.race([Promise.all([glue.prepare(wanted), this.#styles, bringFaces()]), fallen]);
      if (glue === (await load()) && wanted === kind()) return glue;
    }
  }

  /** Shows what the attributes say by now, unless those of these names say nothing to the figure. */
  async #replace(changed) {
    if (!this.#figure) return;
    // Where that fails, the figure itself says that it could not be fetched.
    const glue = await this.#fetch().catch(console.error);
    const pairs = this.#pairs();
    const kind = new Map(pairs).get("kind") ?? "";
    if (glue && !changed.some((name) => glue.reads(kind, name))) return;
    this.#figure?.replace(pairs);
  }

  /** Resolves when the style is there: a figure without it is not shown. */
  #style(file) {
    const href = here(file);
    for (const old of this.#shadow.querySelectorAll("link")) if (old.href === href) old.remove();
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    return new Promise((resolve, reject) => {
      link.addEventListener("load", resolve);
      link.addEventListener("error", () => reject(new Error(`${href} can't be fetched`)));
      this.#shadow.prepend(link);
    });
  }

  #mount(glue) {
    const root = make("div");
    // Out of the flow until it is drawn: the opening picture and the player must never both take up room.
    Object.assign(root.style, { position: "absolute", visibility: "hidden", width: `${this.clientWidth}px` });
    this.#root = root;
    this.#box.append(root);
    alive.set(this.number, this);
    this.#figure = glue.mount(this.#root, this.#pairs(), {
      number: this.number,
      ready: () => {
        this.#shadow.querySelector("slot")?.remove();
        root.removeAttribute("style");
        // It has come to life while the page was being printed.
        if (matchMedia("print").matches) this.paper(true);
        this.#box.prepend(this.#past);
        this.#box.append(this.#end);
        this.#seen.observe(this);
        this.dispatchEvent(new CustomEvent("stepwise-ready", { bubbles: true }));
      },
      stepped: (fragment, index, of, narration, position, astray) => {
        // What could not be shown as it was said is not forgotten: it may be mended where it was said.
        if (!astray) this.#state = fragment;
        const detail = { fragment, index, of, narration, position, astray };
        Object.assign(this, { index, of });
        this.dispatchEvent(new CustomEvent("stepwise-step", { bubbles: true, detail }));
        requestAnimationFrame(() => this.#goal());
      },
      edge: (direction) => {
        this.dispatchEvent(new CustomEvent("stepwise-edge", { bubbles: true, composed: true, detail: { direction } }));
      },
      guessed: (own, kind, question, said, right, attempt) => {
        const detail = { own, kind, question, said, right, attempt };
        this.dispatchEvent(new CustomEvent("stepwise-guess", { bubbles: true, detail }));
      },
      drawn: (player) => this.#rows(player),
      share_base: () => here("embed.html"),
    });
    for (const [name, argument] of this.#waiting.splice(0)) this.#figure.receive(String(name), String(argument));
  }

  #takeTitle() {
    const title = this.getAttribute("title");
    if (title === null) return;
    this.#title = title;
    this.removeAttribute("title");
  }

  /** The figure's names and values: what it last showed, or what its attributes say. */
  #pairs() {
    if (this.#state !== null && !this.#figure) return readLink(this.#state);
    const own = [...this.attributes].filter(({ name }) => !FOREIGN.test(name)).map(({ name, value }) => [name, value]);
    return this.#title === null ? own : [...own, ["title", this.#title]];
  }

  /** Says once that the goal is reached which the figure shows as reached, and by whom. */
  #goal() {
    const goal = this.#shadow.querySelector(".goal");
    const isReached = goal?.classList.contains("reached") ?? false;
    if (isReached && !this.#reached) {
      const stand = goal.querySelector("[role=status]").textContent;
      const [, commands] = /with (\d+) command/.exec(stand) ?? [];
      const detail = { task: this.getAttribute("task") ?? "", commands: Number(commands ?? 0), solved: commands === undefined };
      this.dispatchEvent(new CustomEvent("stepwise-goal", { bubbles: true, detail }));
    }
    this.#reached = isReached;
  }

  /** After a panic: the instance is gone, and what it had drawn is replaced. */
  revive(message) {
    this.#figure = null;
    this.#root?.remove();
    this.#root = null;
    if (message === null) {
      this.#start();
      return;
    }
    this.#falls += 1;
    this.index = this.of = undefined;
    const link = document.createElement("a");
    link.href = `${here("embed.html")}#${this.#state ?? writeLink(this.#pairs())}`;
    link.textContent = "The run as it was, to report";
    const choices = {
      "Start over": () => {
        this.#falls = 0;
        this.#state = null;
      },
    };
    if (this.#falls < MAX_FALLS && this.#state !== null) choices["Go on from the last step"] = () => {};
    const text = `This figure has met a mistake of ours and stopped: ${String(message).slice(0, 300)}`;
    this.#stop("alert", text, link, choices);
  }

  /** Stops the figure and says why; each choice is a button that does its work and starts the figure again. */
  #stop(manner, text, link, choices) {
    this.#stopped = true;
    const box = make("div", `fallen ${manner}`);
    box.setAttribute("role", manner === "alert" ? "alert" : "status");
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line, ...(link ? [link] : []));
    for (const [name, work] of Object.entries(choices)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => {
        box.remove();
        this.#stopped = false;
        work();
        this.#start();
      });
      box.append(button);
    }
    this.#box.append(box);
  }
}

/** What the page's policy has refused of ours, in words; or null. */
let refused = null;
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  if (blockedURI.startsWith("wasm")) refused = "script-src 'wasm-unsafe-eval'";
  else if (blockedURI.startsWith(here("."))) refused = `${effectiveDirective.replace(/-(elem|attr)$/, "")} ${new URL(blockedURI).origin}`;
});

function refusal() {
  try {
    // The smallest module there is. Only a policy can be against it.
    new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  } catch {
    refused = globalThis.WebAssembly ? "script-src 'wasm-unsafe-eval'" : null;
    if (!refused) return "This figure needs WebAssembly, which this browser doesn't have or has turned off";
  }
  return refused && `This page’s Content-Security-Policy keeps the figure from coming to life: it lacks ${refused}`;
}

/** Calls back when the page has been loaded and left in peace for a while, one after the other. */
function whenQuiet(work) {
  const idle = globalThis.requestIdleCallback ?? setTimeout;
  const wait = () => setTimeout(() => idle(work), QUIET);
  if (document.readyState === "complete") wait();
  else addEventListener("load", wait, { once: true });
}

// Safari says it by the medium alone, others by both.
const paper = (on) => {
  for (const figure of alive.values()) figure.paper(on);
};
matchMedia("print").addEventListener("change", ({ matches }) => paper(matches));
addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));

function make(name, className = "") {
  return Object.assign(document.createElement(name), { className });
}

// A page that has the script twice, perhaps in two versions, keeps to the first.
if (!customElements.get("stepwise-figure")) {
  globalThis.stepwisePanicked = panicked;
  customElements.define("stepwise-figure", StepwiseFigure);
}
