import base from "./playwright.config.mjs";
const { webServer, ...rest } = base; export default { ...rest, outputDir: "results-tmp" };
