import type { IncomingMessage } from "node:http";
import type { Entry, Keys } from "./keys.ts";
import type { Role } from "./protocol.ts";

/** Hosts that are this machine wherever it stands. */
export const ownHosts = ["localhost", "127.0.0.1", "[::1]"] as const;

/** What a browser may call us by, and who gets in. */
export interface Door {
  readonly scheme: "http" | "https";
  /** A page that names another host is foreign, even when that name leads to this machine (DNS rebinding). */
  readonly hosts: ReadonlySet<string>;
  readonly keys: Keys;
}

export interface Refused {
  readonly status: 400 | 401 | 403 | 404 | 503;
  readonly reason: string;
}

/** undefined for an address that is none: what a request says of itself may be anything. */
export function address(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** True for a request whose Host is one of ours. */
export const hostIsOurs = (request: IncomingMessage, { hosts }: Door): boolean => {
  const host = address(`http://${request.headers.host ?? ""}`)?.hostname;
  return host !== undefined && hosts.has(host);
};

/** An Origin is ours when it is the very address the request was sent to. Programs that are no browsers send none. */
export function originIsOurs(request: IncomingMessage, { scheme }: Door): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `${scheme}://${host}`;
}

/** The sub-protocols that an upgrade offers. */
export const offered = (request: IncomingMessage): readonly string[] =>
  (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());

const bearer = /^Bearer +(\S+)$/i;

/** The token of a request, in its header or else its address. */
const tokenOf = (request: IncomingMessage): string | undefined =>
  bearer.exec(request.headers.authorization ?? "")?.[1] ??
  address(request.url ?? "/", "http://localhost")?.searchParams.get("token") ??
  undefined;

/** The role that a request's token stands for; undefined for none and for a wrong one. A link's token is no token here: it is for the upgrade. */
export function roleOf(request: IncomingMessage, { keys }: Door): Role | undefined {
  const token = tokenOf(request);
  return token === undefined ? undefined : keys.roleOf(token);
}

/** Decides an upgrade at `/ws`: whom its token lets in, else the HTTP status and why it stays out. Only who gets in uses up a link's token. */
export function admit(request: IncomingMessage, door: Door, protocol: string): Entry | Refused {
  if (!hostIsOurs(request, door) || !originIsOurs(request, door))
    return { status: 403, reason: "this page's origin may not connect" };
  const url = address(request.url ?? "/", "http://localhost");
  if (url?.pathname !== "/ws") return { status: 404, reason: "the link is at /ws" };
  const token = tokenOf(request);
  const refused = { status: 401, reason: "the token is missing, wrong, or of a link that was used already" } as const;
  if (token === undefined) return refused;
  if (!offered(request).includes(protocol))
    return door.keys.roleOf(token) === undefined ? refused : { status: 400, reason: `offer the sub-protocol ${protocol}` };
  return door.keys.enter(token) ?? refused;
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
