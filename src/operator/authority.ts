import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Role } from "./protocol.ts";

/** Hosts a browser may call us by. A page that names another one is foreign, even when that name leads to this machine (DNS rebinding). */
const ownHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

export interface Refused {
  readonly status: 400 | 401 | 403 | 404 | 503;
  readonly reason: string;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();

/** Compares without telling by its time how much was right. */
const sameToken = (a: string, b: string) => timingSafeEqual(sha256(a), sha256(b));

/** undefined for an address that is none: what a request says of itself may be anything. */
function address(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** True for a request whose Host names this machine. */
export const hostIsOurs = (request: IncomingMessage): boolean => {
  const host = address(`http://${request.headers.host ?? ""}`)?.hostname;
  return host !== undefined && ownHosts.has(host);
};

/** An Origin is ours when it is the very address the request was sent to. Programs that are no browsers send none. */
function originIsOurs(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host}`;
}

const bearer = /^Bearer +(\S+)$/i;

/** The role that a request's token stands for, in its header or its address; undefined for none and for a wrong one. */
export function roleOf(request: IncomingMessage, tokens: Readonly<Record<Role, string>>): Role | undefined {
  const given =
    bearer.exec(request.headers.authorization ?? "")?.[1] ??
    address(request.url ?? "/", "http://localhost")?.searchParams.get("token") ??
    undefined;
  return given === undefined ? undefined : (["operator", "viewer"] as const).find((name) => sameToken(given, tokens[name]));
}

/** Decides an upgrade at `/ws`: the role its token stands for, else the HTTP status and why it stays out. */
export function admit(request: IncomingMessage, tokens: Readonly<Record<Role, string>>, protocol: string): Role | Refused {
  if (!hostIsOurs(request) || !originIsOurs(request)) return { status: 403, reason: "this page's origin may not connect" };
  const url = address(request.url ?? "/", "http://localhost");
  if (url?.pathname !== "/ws") return { status: 404, reason: "the link is at /ws" };
  const role = roleOf(request, tokens);
  if (role === undefined) return { status: 401, reason: "the token is missing or wrong" };
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  return offered.includes(protocol) ? role : { status: 400, reason: `offer the sub-protocol ${protocol}` };
}

/**
 * A token bucket: `burst` messages at once, `perSecond` in the long run. `now` in s, monotonic.
 * Returns whether this message is within the limit.
 */
export function rateLimit(burst: number, perSecond: number, now: () => number): () => boolean {
  let left = burst;
  let at = now();
  return () => {
    const time = now();
    left = Math.min(burst, left + (time - at) * perSecond);
    at = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
