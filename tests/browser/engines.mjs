// Firefox and WebKit as their own makers let them be driven: Firefox by WebDriver BiDi over a socket, WebKit by W3C
// WebDriver over HTTP. Playwright drives neither as it is installed from a distribution. Each `open…` resolves to
// `{ goto, evaluate, close }`.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

/** A port that nobody listens at. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A program in a group of its own, which ends with all that it has started. */
function start(program, options, env = {}) {
  const child = spawn(program, options, { detached: true, stdio: "ignore", env: { ...process.env, ...env } });
  const failed = new Promise((_, reject) => child.on("error", reject));
  failed.catch(() => {});
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch { /* It has ended by itself. */ }
  };
  process.on("exit", end);
  return { failed, end };
}

/** Tries again until it goes well, for a program that is slow to start. */
async function patiently(attempt, failed) {
  for (const until = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    try {
      return await Promise.race([attempt(), failed]);
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

export async function openFirefox(program) {
  const port = await freePort();
  const profile = mkdtempSync(join(tmpdir(), "stepwise-firefox-"));
  const firefox = start(program, ["--headless", "--no-remote", "--profile", profile, `--remote-debugging-port=${port}`]);
  const socket = await patiently(() => new Promise((resolve, reject) => {
    const one = new WebSocket(`ws://127.0.0.1:${port}/session`);
    one.on("open", () => resolve(one)).on("error", reject);
  }), firefox.failed);
  const waiting = new Map();
  socket.on("message", (text) => {
    const answer = JSON.parse(text);
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let id = 0;
  const call = (method, params) => new Promise((resolve, reject) => {
    id += 1;
    waiting.set(id, (answer) => (answer.type === "error" ? reject(new Error(`${method}: ${answer.message}`)) : resolve(answer.result)));
    socket.send(JSON.stringify({ id, method, params }));
  });
  await call("session.new", { capabilities: {} });
  const { contexts: [{ context }] } = await call("browsingContext.getTree", {});
  await call("browsingContext.setViewport", { context, viewport: { width: 1366, height: 768 } });
  return {
    goto: (url) => call("browsingContext.navigate", { context, url, wait: "complete" }),
    async evaluate(action) {
      const expression = `(${action})().then(JSON.stringify)`;
      const { result, exceptionDetails } = await call("script.evaluate", { expression, target: { context }, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return JSON.parse(result.value);
    },
    async close() {
      socket.close();
      firefox.end();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function openWebKit(driver, browser) {
  const port = await freePort();
  // Root has no sandbox there, and a screen that is only thought of has nothing to compose on.
  const env = { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" };
  const webkit = start("xvfb-run", ["--auto-servernum", "--server-args=-screen 0 1400x900x24", driver, `--port=${port}`], env);
  const call = async (path, body, method = "POST") => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } } };
  const { sessionId } = await patiently(() => call("/session", { capabilities }), webkit.failed);
  const session = `/session/${sessionId}`;
  await call(`${session}/timeouts`, { script: 300_000, pageLoad: 60_000 });
  await call(`${session}/window/rect`, { width: 1366, height: 768 });
  return {
    goto: (url) => call(`${session}/url`, { url }),
    async evaluate(action) {
      const script = `const done = arguments[arguments.length - 1]; (${action})().then((it) => done({ it }), (error) => done({ error: String(error) }));`;
      const { it, error } = await call(`${session}/execute/async`, { script, args: [] });
      if (error) throw new Error(error);
      return it;
    },
    async close() {
      await call(session, undefined, "DELETE").catch(() => {});
      webkit.end();
    },
  };
}
