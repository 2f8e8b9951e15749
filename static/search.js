// Search over the index that mdBook has written; both it and the engine that reads it are fetched at the first search.
const MOST_RESULTS = 20;
const TEASER_WORDS = 26;
const OPTIONS = {
  bool: "AND",
  expand: true,
  fields: { title: { boost: 2 }, body: { boost: 1 }, breadcrumbs: { boost: 1 } },
};

const dialog = document.getElementById("book-search");
const input = dialog.querySelector("input");
const count = dialog.querySelector(".search-count");
const list = dialog.querySelector("ol");
const root = document.documentElement.dataset.root;

let loading;
let index;

export function openSearch() {
  if (!dialog.open) dialog.showModal();
  input.select();
  loading ??= load();
}

async function load() {
  try {
    // The index is a script that adds itself to `window.search`.
    window.search = {};
    await script("elasticlunr.min.js");
    await script("searchindex.js");
    index = window.elasticlunr.Index.load(window.search.index);
    search();
  } catch {
    loading = undefined;
    count.textContent = "The index of the book couldn't be loaded. Close this and try again.";
  }
}

function script(name) {
  return new Promise((loaded, failed) => {
    const element = document.createElement("script");
    element.src = root + name;
    element.onload = loaded;
    element.onerror = failed;
    document.head.append(element);
  });
}

function search() {
  const wanted = input.value.trim();
  list.replaceChildren();
  count.textContent = "";
  if (!index || !wanted) return;
  const found = index.search(wanted, OPTIONS).slice(0, MOST_RESULTS);
  count.textContent = found.length === 0 ? `Nothing about “${wanted}”`
    : found.length === 1 ? "One place" : `${found.length} places`;
  const stems = wanted.toLowerCase().split(/\s+/).map((word) => window.elasticlunr.stemmer(word));
  list.append(...found.map((each) => result(each, stems)));
}

function result({ doc, ref }, stems) {
  const link = document.createElement("a");
  link.href = root + window.search.doc_urls[ref];
  const above = doc.breadcrumbs.split(" » ").filter((name) => name !== doc.title);
  link.append(make("strong", doc.title), make("small", above.join(", ")), teaser(doc.body, stems));
  link.addEventListener("click", () => dialog.close());
  return make("li", link);
}

// The words around the first one that was looked for.
function teaser(body, stems) {
  const words = body.split(/\s+/);
  const isWanted = (word) => {
    const stem = window.elasticlunr.stemmer(word.toLowerCase().replace(/[^\p{L}\p{N}-]/gu, ""));
    return stems.some((wanted) => stem.startsWith(wanted));
  };
  const first = Math.max(0, words.findIndex(isWanted) - 8);
  const line = make("div");
  for (const word of words.slice(first, first + TEASER_WORDS)) {
    line.append(isWanted(word) ? make("mark", word) : word, " ");
  }
  return line;
}

function make(name, ...children) {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}

input.addEventListener("input", search);
// Down and up walk through the places found; Enter in the field opens the first.
dialog.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (links[at - 1] ?? input).focus();
  else if (event.key === "Enter" && event.target === input) links[0]?.click();
  else return;
  event.preventDefault();
});
