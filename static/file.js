// Opened as files, pages have pictures and no engines: a browser lets no module be loaded from a file. This says so, and
// shows what can be shown. It is no module itself, and does nothing on a page that is served.
if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => {
    const note = document.createElement("p");
    note.className = "from-file";
    note.textContent = "This page is opened as a file, and a browser starts no engine from a file: so its figures are still pictures. "
      + "Served they live, for example by “python3 -m http.server” in the folder of index.html, at http://localhost:8000/.";
    note.style.cssText = "max-width: 60em; margin: 12px auto; padding: 12px 16px; border: 1px solid; border-radius: 8px; font: 16px/1.5 system-ui, sans-serif;";

    const deck = document.querySelector(".reveal");
    const embed = document.querySelector("main:has(> noscript)");
    if (deck) {
      for (const template of deck.querySelectorAll("iframe + template")) {
        template.previousElementSibling.replaceWith(template.content);
      }
      new globalThis.Reveal({ width: 1080, height: 810, margin: 0.03, transition: "none" }).initialize();
      note.style.cssText += "position: fixed; z-index: 9; inset: auto 12px 4px; margin: 0 auto; padding: 6px 12px; font-size: 13px; background: Canvas; color: CanvasText;";
      document.body.append(note);
    } else if (embed) {
      const kind = new URLSearchParams(location.hash.slice(1)).get("kind") ?? "";
      const picture = Object.assign(document.createElement("iframe"), { title: "How such a figure opens", src: `openings/${kind}.html` });
      picture.style.cssText = "display: block; width: 100%; height: 760px; border: 0;";
      const book = Object.assign(document.createElement("a"), { href: "index.html", textContent: "The book" });
      embed.replaceChildren(note, ...(/^[a-z-]+$/.test(kind) ? [picture] : []), book);
    } else {
      document.querySelector("main")?.prepend(note);
    }
  });
}
