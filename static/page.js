// What a page of the book does beside its figures: keys, colours, search, print.
import { openSearch } from "./search.js";
import "./memory.js";
import "./terms.js";

/* global setTheme, storedTheme, storeTheme -- from theme.js */

const choices = [...document.querySelectorAll('#book-theme input[name="theme"]')];
for (const choice of choices) {
  choice.checked = choice.value === storedTheme();
  choice.addEventListener("change", () => {
    setTheme(choice.value);
    storeTheme(choice.value);
  });
}
// Another tab may have chosen.
addEventListener("storage", () => {
  setTheme(storedTheme());
  for (const choice of choices) choice.checked = choice.value === storedTheme();
});

document.getElementById("book-search-button").addEventListener("click", openSearch);

const keys = document.getElementById("book-keys");
const turns = { ArrowLeft: 'a[rel~="prev"]', ArrowRight: 'a[rel~="next"]' };

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTaken(event.target)) return;
  const turn = turns[event.key];
  if (turn && !event.shiftKey) {
    document.querySelector(turn)?.click();
  } else if (event.key === "s" || event.key === "/") {
    openSearch();
  } else if (event.key === "?") {
    keys.showModal();
  } else {
    return;
  }
  event.preventDefault();
});

// A figure, a field or an open dialog keeps its keys to itself, and what can be scrolled sideways keeps its arrows.
function isTaken(target) {
  return !(target instanceof Element)
    || target.closest("stepwise-figure, input, textarea, select, dialog, [contenteditable], [popover]:popover-open, pre, .table-wrapper") !== null
    || document.querySelector("dialog[open]") !== null;
}

// On paper the address of a figure is read, not followed. Where the book does not know its own, it is the one seen here.
addEventListener("beforeprint", () => {
  for (const link of document.querySelectorAll(".figure-address:not(:has(svg)) a")) link.textContent = link.href;
});

if (document.getElementById("review")) import("./review.js");

// The page of all chapters is there to be printed.
if ("print" in document.documentElement.dataset) {
  addEventListener("load", () => document.fonts.ready.then(() => print()));
}
