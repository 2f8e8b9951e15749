// Fingers on a figure's stage. A movement is a step only if it is one finger's, goes mostly sideways, and is nothing that
// the browser does itself: no scroll, no pinch, no pan in a zoomed page. The browser says so by cancelling the pointer.
// What happens on the stage is the figure's: a deck that turns its slides by swipes must not count it as well.

/** In CSS pixels. A shorter movement is a tap that has slipped. */
const FAR = 40;
/** So many times as far sideways as up or down. */
const SIDEWAYS = 2;

const zoomed = () => (globalThis.visualViewport?.scale ?? 1) > 1.01;

/** Calls `step` with "forward" or "back" for each swipe over the stage in that shadow root. */
export function watchFingers(shadow, step) {
  const down = new Set();
  let start = null;
  const ofStage = (work) => (event) => {
    if (event.pointerType === "mouse" || !event.target.closest?.(".stage")) return;
    event.stopPropagation();
    work(event);
  };
  const listen = (name, work) => shadow.addEventListener(name, ofStage(work), { passive: true });

  listen("pointerdown", ({ pointerId, clientX, clientY }) => {
    down.add(pointerId);
    start = down.size === 1 && !zoomed() ? { x: clientX, y: clientY } : null;
  });
  listen("pointermove", () => {});
  listen("pointerup", ({ pointerId, clientX, clientY }) => {
    down.delete(pointerId);
    if (!start) return;
    const [x, y] = [clientX - start.x, clientY - start.y];
    start = null;
    if (Math.abs(x) >= FAR && Math.abs(x) >= SIDEWAYS * Math.abs(y)) step(x < 0 ? "forward" : "back");
  });
  listen("pointercancel", ({ pointerId }) => {
    down.delete(pointerId);
    start = null;
  });
  for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"]) listen(name, () => {});

  // In a zoomed page every movement is a pan, sideways as well. A figure that has gone is not kept for it.
  const host = new WeakRef(shadow.host);
  globalThis.visualViewport?.addEventListener("resize", () => host.deref()?.toggleAttribute("data-zoomed", zoomed()));
}
