// For pages with frames of Stepwise: each becomes as high as what is in it, when a drawer or a question opens. One script
// serves all frames of a page, from whatever host. Without it a frame has the height that its own style reckons.

addEventListener("message", ({ source, data }) => {
  if (data?.stepwise !== "resize" || !(data.height > 0)) return;
  const frame = [...document.querySelectorAll("iframe")].find(({ contentWindow }) => contentWindow === source);
  if (frame) frame.style.height = `${Math.ceil(data.height)}px`;
});
// Those that were there before this script have said it already.
for (const { contentWindow } of document.querySelectorAll("iframe")) contentWindow.postMessage({ stepwise: "size" }, "*");
