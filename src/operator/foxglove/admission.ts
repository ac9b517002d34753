import type { IncomingMessage } from "node:http";
import { hostIsOurs, originIsOurs, roleOf, type Door, type Refused } from "../authority.ts";
import { subProtocol } from "../protocol.ts";
import { isFoxglove } from "./protocol.ts";

/**
 * What a program sends whose window is a file of this machine, as the desktop viewers' are (seen in Chromium 156, from a page and from its
 * workers). No site of the web can send it. It opens this read-only link alone, and only with a token.
 */
const fromFile = "file://";
/** Foreign origins that are told of, and characters of each: what a request says of itself may be anything. */
const maxTold = 4;
const maxLength = 100;

/** True for an upgrade that asks for the Foxglove protocol and not for ours. */
export function wantsFoxglove(request: IncomingMessage): boolean {
  const names = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  return names.some(isFoxglove) && !names.includes(subProtocol);
}

/**
 * Decides upgrades by the Foxglove protocol, at `/` or `/ws`: why one stays out, undefined for one that gets in. It takes the long-lived tokens
 * only, because viewers come back by the same address after every break. `origins`: of web pages that may connect beside our own, as
 * browsers send them. `say` is told of a page that had the token and may not, so that whoever opened it knows why.
 */
export function foxgloveAdmission(door: Door, origins: readonly string[], say: (line: string) => void) {
  const told = new Set<string>();
  const tell = (origin: string) => {
    if (told.size >= maxTold || told.has(origin)) return;
    told.add(origin);
    say(`a page of ${JSON.stringify(origin.slice(0, maxLength))} had the token and was not let in; --allow-origin lets it watch`);
  };
  return (request: IncomingMessage): Refused | undefined => {
    const { origin } = request.headers;
    if (!hostIsOurs(request, door)) return { status: 403, reason: "this address is not ours" };
    const path = (request.url ?? "/").split("?")[0];
    if (path !== "/" && path !== "/ws") return { status: 404, reason: "the link is at / or /ws" };
    const known = roleOf(request, door) !== undefined;
    if (!originIsOurs(request, door) && origin !== fromFile && !origins.includes(origin!)) {
      if (known) tell(origin!);
      return { status: 403, reason: "this page's origin may not connect" };
    }
    return known ? undefined : { status: 401, reason: "the token is missing or wrong" };
  };
}
