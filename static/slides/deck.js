// Starts the deck. It is a module, so that it runs after reveal.js, whose script is deferred and stands before.
import stepwise from "../reveal-stepwise.js";

new globalThis.Reveal({
  width: 1080,
  height: 810,
  margin: 0.03,
  hash: true,
  transition: "none",
  plugins: [stepwise],
}).initialize();
