import { OnarmError } from "../../src/domain/errors.ts";

const refused = (text: string, why: string) =>
  new OnarmError(
    "usage.invalid",
    `--allow-origin ${text} ${why}; give a page's scheme, host and port, like https://viewer.example`,
  );

/**
 * The origin of a web page as a browser sends it: lower case, without a port that goes without saying.
 * @throws OnarmError "usage.invalid" for what is none, and for what would let anybody in
 */
export function originOf(text: string): string {
  if (text === "*" || text === "null")
    throw refused(text, text === "*" ? "would let every page in" : "is what any page sends out of a sandbox");
  // Let in anyhow: nobody is turned away who says so.
  if (text === "file://") return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const alone =
    url && url.host !== "" && /^\/?$/.test(url.pathname) && url.search + url.hash + url.username + url.password === "";
  if (!alone) throw refused(text, "is no origin");
  // Only of the web's own schemes does URL know the origin; others are what they say.
  return url.origin === "null" ? `${url.protocol}//${url.host}`.toLowerCase() : url.origin;
}
