import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import type { ArmDescription, Limits } from "../domain/arm.ts";
import { hostIsOurs, roleOf } from "./authority.ts";
import type { Role } from "./protocol.ts";

const text = (file: string, type: string) => ({
  type: `${type}; charset=utf-8`,
  body: readFileSync(new URL(`./page/${file}`, import.meta.url)),
});

/** Everything there is to fetch, read once: no request ever names a file. */
const pages = () => ({
  "/": text("index.html", "text/html"),
  "/page.css": text("page.css", "text/css"),
  "/page.js": text("page.js", "text/javascript"),
  "/link.js": text("link.js", "text/javascript"),
  "/jog.js": text("jog.js", "text/javascript"),
  "/views.js": text("views.js", "text/javascript"),
  "/plots.js": text("plots.js", "text/javascript"),
});

/** The token is in the page's address: it must not travel on in a Referer, and nothing foreign may be loaded or frame us. */
const headers = {
  "Content-Security-Policy":
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Cache-Control": "no-store",
};

/** What is told to a collector of metrics: to whoever has a token, and nothing before there is something. */
export interface MetricsSource {
  readonly tokens: Readonly<Record<Role, string>>;
  latest(): string | undefined;
}

/** Answers GET for the page's files, /description.json, /limits.json where limits are known, and /metrics. */
export function answer(description: ArmDescription, limits: Limits | undefined, metrics: MetricsSource): RequestListener {
  const known: Readonly<Record<string, { readonly type: string; readonly body: Buffer }>> = {
    ...pages(),
    ...(limits ? { "/limits.json": { type: "application/json", body: Buffer.from(JSON.stringify(limits)) } } : {}),
    "/description.json": { type: "application/json", body: Buffer.from(JSON.stringify(description)) },
    // Browsers ask for it by themselves.
    "/favicon.ico": { type: "image/x-icon", body: Buffer.alloc(0) },
  };
  return (request, response) => {
    const say = (status: number, body: string) =>
      response.writeHead(status, { ...headers, "Content-Type": "text/plain" }).end(body);
    if (!hostIsOurs(request)) return say(403, "this address is not ours");
    if (request.method !== "GET" && request.method !== "HEAD") return say(405, "only GET");
    const path = (request.url ?? "/").split("?")[0]!;
    if (path === "/metrics") {
      if (roleOf(request, metrics.tokens) === undefined) return say(401, "the token is missing or wrong");
      const body = metrics.latest();
      if (body === undefined) return say(404, "nothing is measured yet");
      response.writeHead(200, { ...headers, "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
      return response.end(request.method === "HEAD" ? undefined : body);
    }
    const found = Object.hasOwn(known, path) ? known[path] : undefined;
    if (!found) return say(404, "not found");
    response.writeHead(200, { ...headers, "Content-Type": found.type, "Content-Length": found.body.length });
    response.end(request.method === "HEAD" ? undefined : found.body);
  };
}
