// Serves the built site as a strict host would: at 4173 under a Content-Security-Policy; at 4174, another origin, the
// pages of a stranger (`strange/`), with reveal.js and others from npm, under the policy that the address asks for
// (`page.html?policy=…`). No dependency but Node.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const site = process.env.SITE ?? join(here, "../../dist");
const TYPES = {
  ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".mjs": "text/javascript",
  ".rs": "text/plain", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".woff2": "font/woff2",
};
const STRICT = {
  "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:",
};

function serve(port, roots, headers) {
  createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const path = normalize(decodeURIComponent(pathname));
    const asked = searchParams.has("policy") ? { "Content-Security-Policy": searchParams.get("policy") } : {};
    const file = roots.map((root) => join(root, path.endsWith("/") ? `${path}index.html` : path)).find(isFile);
    const type = { "Content-Type": `${TYPES[extname(file ?? ".html")] ?? "application/octet-stream"}; charset=utf-8` };
    if (!file) {
      response.writeHead(404, { ...type, ...headers });
      createReadStream(join(site, "404.html")).on("error", () => response.end()).pipe(response);
      return;
    }
    if (type["Content-Type"].startsWith("application/wasm")) type["Content-Type"] = "application/wasm";
    response.writeHead(200, { ...type, "Access-Control-Allow-Origin": "*", ...headers, ...asked });
    createReadStream(file).pipe(response);
  }).listen(port, "127.0.0.1");
}

function isFile(path) {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

serve(4173, [site], STRICT);
serve(4174, [join(here, "strange"), join(here, "node_modules")], {});
