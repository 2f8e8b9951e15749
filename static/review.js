// The page Review: questions whose day has come, what was reached, and the memory itself, to take along or to drop.
import { ask, aside, due, dropAside, forget, isKept, load, merge, read, today, waiting } from "./memory.js";

const root = document.getElementById("asked-again");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const count = (many, noun) => `${many} ${noun}${many === 1 ? "" : "s"}`;

function say(text) {
  part("said").textContent = text;
}

function summary() {
  const memory = load();
  const questions = Object.values(memory.questions);
  const right = questions.filter((question) => question.right).length;
  const next = waiting(memory).map(([, question]) => question.due);
  const lines = [`${count(questions.length, "question")} answered, ${right} of them right at the last try. ${count(Object.keys(memory.goals).length, "goal")} reached.`];
  if (next.length) {
    const days = Math.min(...next) - today();
    lines.push(`${count(next.length, "question")} will be asked again, the first ${days === 1 ? "tomorrow" : `in ${count(days, "day")}`}.`);
  }
  if (!isKept()) lines.splice(0, lines.length, "This browser keeps nothing for this site, so nothing is remembered after the page is closed.");
  part("summary").textContent = lines.join(" ");
  const goals = Object.entries(memory.goals).map(([id, { page, title, commands }]) => {
    const link = Object.assign(document.createElement("a"), { href: `${page}#${id}`, textContent: title || page });
    const line = document.createElement("li");
    line.append(link, ` (${count(commands, "command")})`);
    return line;
  });
  part("goals").replaceChildren(...goals);
}

async function askToday() {
  const asked = due(load());
  const box = part("asked");
  const many = asked.length === 0 ? 0 : await ask(box, asked);
  part("today").textContent = many === 0 ? "Nothing is to be asked today." : `${count(many, "question")} for today.`;
}

function setAside() {
  const text = aside();
  const box = part("aside");
  box.hidden = text === null;
  if (text === null) return;
  box.querySelector("[data-do=keep]").onclick = () => save(text, "stepwise-memory-aside.txt");
  box.querySelector("[data-do=drop]").onclick = () => {
    dropAside();
    setAside();
  };
}

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const doing = {
  export: () => save(JSON.stringify(load(), null, 1), "stepwise-memory.json"),
  import: () => part("file").click(),
  forget: ({ target }) => {
    if (target.dataset.sure) {
      forget();
      part("asked").replaceChildren();
      part("today").textContent = "Nothing is to be asked today.";
      say("All is forgotten.");
      delete target.dataset.sure;
      target.textContent = "Forget all";
    } else {
      target.dataset.sure = "yes";
      target.textContent = "Really forget all";
    }
  },
};

/** The largest file that is looked into. */
const LARGEST = 4_000_000;

part("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (!file) return;
  const memory = file.size <= LARGEST ? read(await file.text().catch(() => "")) : null;
  if (!memory) {
    say(`${file.name} isn't a memory that this book has exported, or it was cut off. Nothing was changed.`);
    return;
  }
  merge(memory);
  say(`${file.name} was taken in.`);
  askToday();
});

for (const button of root.querySelectorAll("[data-do]")) {
  const work = doing[button.dataset.do];
  if (work) button.addEventListener("click", work);
}
addEventListener("stepwise-remembered", summary);
root.hidden = false;
setAside();
summary();
askToday();
