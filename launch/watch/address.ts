import { OnarmError } from "../../src/domain/errors.ts";

/** Where a run is watched. */
export interface Address {
  /** As a person knows it: scheme, host and port. */
  readonly origin: string;
  readonly tls: boolean;
  readonly token: string;
}

/**
 * Reads the link that a run printed. `text` as http(s) or ws(s), the token in it.
 * @throws OnarmError "usage.invalid" for what is no such link
 */
export function addressOf(text: string | undefined): Address {
  const wrong = (what: string) =>
    new OnarmError(
      "usage.invalid",
      `watch: ${what}; give the link that the run printed, http://127.0.0.1:8642/?token=..., in quotes`,
    );
  if (text === undefined || text.trim() === "") throw wrong("no link was given, and ONARM_LINK is not set");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && /^(http|ws)(s?):$/.exec(url.protocol);
  if (!url || !scheme || url.host === "") throw wrong("the link is no address of a page");
  const token = url.searchParams.get("token");
  if (!token) throw wrong("the link has no token in it");
  return { origin: `http${scheme[2]}://${url.host}`, tls: scheme[2] === "s", token };
}
