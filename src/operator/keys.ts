import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Role } from "./protocol.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest();

/** Compares without telling by its time how much was right. */
const same = (a: string, b: string) => timingSafeEqual(sha256(a), sha256(b));

/** Whom a token lets in. `session`: what it was exchanged for, where it was a link's and so is worth nothing any more. */
export interface Entry {
  readonly role: Role;
  readonly session?: string;
}

/** What lets in. The long-lived tokens are for programs; a link's token is for one person, once. */
export interface Keys {
  /** Role of a long-lived token or a session; undefined for everything else. Uses nothing up. */
  roleOf(token: string): Role | undefined;
  /** As `roleOf`, and a link's token too, which is used up by it. */
  enter(token: string): Entry | undefined;
  /** Token of the operators' link that has not been used yet. */
  link(): string;
  /** Another one; the one before is void, used or not. */
  renew(): string;
}

/**
 * Everything follows from `secret` and from the number of links that were used or made void (`from` of them before): that number is all there is to
 * keep, however many come, and whoever serves the page again after its process was lost knows the same sessions and the same used links.
 * `spent` is told of the number whenever it grows.
 */
export function keysOf(
  tokens: Readonly<Record<Role, string>>,
  secret: string,
  from = 0,
  spent: (links: number) => void = () => {},
): Keys {
  let links = from;
  const sign = (text: string) => createHmac("sha256", secret).update(text).digest("base64url");
  const linkOf = (n: number) => sign(`link ${n}`);
  const sessionOf = (n: number) => `${n}.${sign(`session ${n}`)}`;
  const next = () => spent(++links);

  const roleOf = (token: string): Role | undefined => {
    const role = (["operator", "viewer"] as const).find((name) => same(token, tokens[name]));
    if (role) return role;
    const n = /^(\d{1,9})\.[\w-]{43}$/.exec(token)?.[1];
    return n !== undefined && same(token, sessionOf(Number(n))) ? "operator" : undefined;
  };
  return {
    roleOf,
    enter: (token) => {
      const role = roleOf(token);
      if (role) return { role };
      if (!same(token, linkOf(links))) return undefined;
      const session = sessionOf(links);
      next();
      return { role: "operator", session };
    },
    link: () => linkOf(links),
    renew: () => {
      next();
      return linkOf(links);
    },
  };
}
