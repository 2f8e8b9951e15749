// The rows of a figure and its dialogs, by the keyboard and by the room there is.
//
// A row is a toolbar: one stop for the Tab key, and arrows go from one control to the next. In a field they move the caret
// as long as it can move. What has no room in a row stands behind its last button, which says how much that is. A dialog
// takes the focus, keeps it, and gives it back.

const CONTROLS = "button, input, select";
const FOCUSABLE = "button, input, select, textarea, a[href], summary, [tabindex='0']";
const WAYS = new Map([["ArrowLeft", -1], ["ArrowRight", 1], ["Home", -Infinity], ["End", Infinity]]);

const isShown = (element) => !element.disabled && element.getClientRects().length > 0 && !element.closest("[data-out]");
const shown = (root, selector) => [...root.querySelectorAll(selector)].filter(isShown);

/** Minds the rows and dialogs in that shadow root. What it returns is to be called whenever the figure has been drawn. */
export function mindRows(shadow) {
  /** For each toolbar its controls when it was last looked at, and the one that Tab goes to. */
  const known = new WeakMap();
  let root = null;
  let dialog = null;
  let opener = null;
  /** How often the same arrow was pressed in a field, one press after the other. */
  let pressed = { field: null, key: "", times: 0 };
  /** The button that was pressed by a pointer, as long as it has the focus. */
  let pointed = null;

  const sizes = new ResizeObserver(() => lookAtAll(true));

  function lookAtAll(again) {
    for (const toolbar of root?.querySelectorAll("[role=toolbar]") ?? []) lookAt(toolbar, again);
  }

  function lookAt(toolbar, again) {
    const controls = [...toolbar.querySelectorAll(CONTROLS)];
    const last = known.get(toolbar);
    if (!again && last?.controls.length === controls.length && controls.every((control, at) => control === last.controls[at])) return;
    known.set(toolbar, { controls, stop: last?.stop });
    if (!again) for (const each of [toolbar, ...(toolbar.querySelector(".row")?.children ?? [])]) sizes.observe(each);
    fit(toolbar);
    settle(toolbar);
  }

  /** Gives each toolbar one stop: the control that had the focus last, or the first. */
  function settle(toolbar) {
    const it = known.get(toolbar);
    if (!it) return;
    const reached = it.controls.filter(isShown);
    if (!reached.includes(it.stop)) it.stop = reached[0];
    for (const control of it.controls) {
      const wanted = control === it.stop ? 0 : -1;
      if (control.tabIndex !== wanted) control.tabIndex = wanted;
    }
  }

  shadow.addEventListener("focusout", ({ target }) => {
    if (target === pointed) pointed = null;
  });

  shadow.addEventListener("focusin", ({ target }) => {
    const toolbar = target.closest("[role=toolbar]");
    const it = toolbar && known.get(toolbar);
    if (!it?.controls.includes(target)) return;
    it.stop = target;
    settle(toolbar);
  });

  /** Whether an arrow has still something to do in a field. */
  function staysIn(field, key) {
    if (!field.matches("input")) return false;
    if (key === "Home" || key === "End") return true;
    const times = pressed.field === field && pressed.key === key ? pressed.times + 1 : 1;
    pressed = { field, key, times };
    const end = key === "ArrowLeft" ? 0 : field.value.length;
    // A field for numbers does not say where its caret is; after so many arrows it is at the end.
    if (field.selectionStart === null) return times <= field.value.length;
    return field.selectionStart !== end || field.selectionEnd !== end;
  }

  shadow.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (key === "Tab" && dialog?.contains(target)) {
      const all = shown(dialog, FOCUSABLE);
      const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
      if (target === from || !all.includes(target)) {
        to?.focus();
        event.preventDefault();
      }
      return;
    }
    const toolbar = target.closest?.("[role=toolbar]");
    const way = WAYS.get(key);
    if (!toolbar || way === undefined || event.shiftKey || target === pointed) {
      pressed.field = null;
      return;
    }
    if (staysIn(target, key) || (target.matches("select") && Math.abs(way) > 1)) return;
    const all = shown(toolbar, CONTROLS);
    const at = all.indexOf(target);
    if (at < 0) return;
    const next = way === -Infinity ? all[0] : way === Infinity ? all.at(-1) : all.at((at + way) % all.length);
    next.focus();
    if (next.matches("input")) next.select();
    // It is neither the figure's nor the page's.
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });

  // After a press by a pointer the figure's own keys go on: on that button arrows step, until the focus comes to it by Tab.
  shadow.addEventListener("pointerdown", ({ target }) => {
    pointed = target.closest("[role=toolbar] button");
  });

  // A press beside a dialog closes it, as Escape does.
  shadow.addEventListener("pointerdown", ({ target }) => {
    if (dialog && !dialog.contains(target) && target !== opener && !opener?.contains(target)) {
      dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    }
  });

  function lookAtDialog() {
    const now = root.querySelector("[role=dialog]");
    if (now === dialog) return;
    const focused = shadow.activeElement;
    if (now) {
      if (!dialog) opener = focused ?? root;
      (now.querySelector("[data-first]") ?? shown(now, FOCUSABLE)[0] ?? now).focus({ preventScroll: true });
      now.scrollIntoView({ block: "nearest" });
    } else if (!focused || focused === root || !focused.isConnected) {
      (opener?.isConnected && isShown(opener) ? opener : root).focus({ preventScroll: true });
    }
    dialog = now;
  }

  return (player) => {
    if (root !== player) {
      root = player;
      dialog = null;
    }
    lookAtAll(false);
    lookAtDialog();
  };
}

/** Takes out of a row what has no room in it, and says behind its button how much that is, with what is not in the row anyway. */
function fit(toolbar) {
  const [row, more] = [toolbar.querySelector(".row"), toolbar.querySelector(".more")];
  if (!row || !more) return;
  const style = getComputedStyle(toolbar);
  const all = toolbar.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const gap = parseFloat(getComputedStyle(row).columnGap) || 0;
  const items = [...row.children];
  // Widths are told in whole pixels.
  const widthOf = (item) => item.offsetWidth + 1;
  const unlisted = Number(more.dataset.unlisted ?? 0);
  row.classList.remove("short");
  let widths = items.map(widthOf);
  const needed = widths.reduce((sum, width) => sum + width + gap, -gap);
  const fits = needed <= all && unlisted === 0;
  more.hidden = fits;
  let room = fits ? Infinity : all - more.offsetWidth - (parseFloat(style.columnGap) || 0) + gap;
  // Where not even the first has room, all are without what they can do without; the sheet has that.
  if (widths[0] + gap > room) {
    row.classList.add("short");
    widths = items.map(widthOf);
  }
  let out = unlisted;
  items.forEach((item, at) => {
    const stays = widths[at] + gap <= room;
    if (stays) room -= widths[at] + gap;
    else out += 1;
    item.toggleAttribute("data-out", !stays);
  });
  const count = more.querySelector(".count");
  if (count && count.textContent !== String(out || "")) count.textContent = out || "";
}
