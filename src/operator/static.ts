import type { RequestListener } from "node:http";
import type { ArmDescription, Limits } from "../domain/arm.ts";
import { hostIsOurs, originIsOurs, roleOf, type Door } from "./authority.ts";
import { pageFiles, served, type Served } from "./files.ts";

/** The token is in the page's address: it must not travel on in a Referer, and nothing foreign may be loaded or frame us. */
const headersAt = ({ scheme, hosts }: Door) => ({
  "Content-Security-Policy": `default-src 'self'; connect-src 'self' ${[...hosts]
    // What a policy cannot name by a port of its own is the page's own host, and that is 'self'.
    .filter((host) => !host.startsWith("["))
    .map((host) => `${scheme === "https" ? "wss" : "ws"}://${host}:*`)
    .join(" ")}; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Cache-Control": "no-store",
});

/** What is told besides the page's files, to whoever has a token. */
export interface Told {
  /** Prometheus text; nothing before there is something. */
  metrics(): string | undefined;
  /** An operator asks for a link for another browser: its address. */
  link(): string;
}

/** Answers GET for the page's files, /description.json, /limits.json, and /metrics; and POST /link. */
export function answer(description: ArmDescription, limits: Limits | undefined, door: Door, told: Told): RequestListener {
  const headers = headersAt(door);
  // Read once: no request ever names a file.
  const known: Readonly<Record<string, Served>> = {
    ...pageFiles(),
    // null where none are known: a browser complains aloud of what is not found.
    "/limits.json": served("limits.json", JSON.stringify(limits ?? null)),
    "/description.json": served("description.json", JSON.stringify(description)),
    // Browsers ask for it by themselves.
    "/favicon.ico": { type: "image/x-icon", body: Buffer.alloc(0) },
  };
  return (request, response) => {
    const say = (status: number, body: string) =>
      response.writeHead(status, { ...headers, "Content-Type": "text/plain" }).end(body);
    if (!hostIsOurs(request, door)) return say(403, "this address is not ours");
    const path = (request.url ?? "/").split("?")[0]!;
    if (path === "/link" && request.method === "POST") {
      if (!originIsOurs(request, door)) return say(403, "this page's origin may not ask for a link");
      if (roleOf(request, door) !== "operator") return say(401, "the token is missing, or not an operator's");
      return say(200, told.link());
    }
    if (request.method !== "GET" && request.method !== "HEAD") return say(405, "only GET");
    if (path === "/metrics") {
      if (roleOf(request, door) === undefined) return say(401, "the token is missing or wrong");
      const body = told.metrics();
      if (body === undefined) return say(404, "nothing is measured yet");
      response.writeHead(200, { ...headers, "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
      return response.end(request.method === "HEAD" ? undefined : body);
    }
    const found = Object.hasOwn(known, path) ? known[path] : undefined;
    if (!found) return say(404, "not found");
    const packed = /\bgzip\b/.test(String(request.headers["accept-encoding"])) ? found.gzip : undefined;
    const body = packed ?? found.body;
    response.writeHead(200, {
      ...headers,
      "Content-Type": found.type,
      "Content-Length": body.length,
      Vary: "Accept-Encoding",
      ...(packed ? { "Content-Encoding": "gzip" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}
