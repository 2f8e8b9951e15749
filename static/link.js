// The fragment of a link to a figure: names and values, as an address spells them. Links go through mail, chat and the
// editors of other sites, and come out changed; what can only have been done to them on the way is undone here. A `+` that
// has become `%2B` is a matter of the script, and is undone where scripts are read (src/figures/meant.rs).

/** No link has been encoded more often than this. */
const MOST_LAYERS = 4;

/** The names and values of a fragment, without its `#`. */
export function readLink(fragment) {
  // As HTML spells the sign between two values. Inside a value it is always encoded.
  let text = fragment.replace(/&(?:amp|#38|#x26);/gi, "&");
  // A whole fragment that was encoded once more has no `=` left.
  for (let layer = 0; layer < MOST_LAYERS && !text.includes("=") && /%(?:25)*3D/i.test(text); layer += 1) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
  }
  return [...new URLSearchParams(text)];
}

/** The fragment that says these names and values. A blank is `%20`: a `+` would not survive every mail. */
export function writeLink(pairs) {
  return String(new URLSearchParams(pairs)).replaceAll("+", "%20");
}
