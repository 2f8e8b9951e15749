// The browser tests: a real Chromium against the built site, which `server.mjs` serves twice, so that a page of
// another origin can be tried. `cargo xtask test browser` sets SITE and CHROMIUM.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  workers: 2,
  fullyParallel: true,
  // Shared machines stall now and then. A test that needs its second try is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 30_000,
  reporter: "list",
  use: {
    baseURL: "http://127.0.0.1:4173/",
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: { command: "node server.mjs", url: "http://127.0.0.1:4173/index.html", reuseExistingServer: false },
});
