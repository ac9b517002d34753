import { createHash } from "node:crypto";
import { OnarmError } from "../domain/errors.ts";

/**
 * sha-256 (hex) of a plain value as canonical JSON: keys sorted, properties that are undefined left out, no white space.
 * Equal settings hash equally however their file was laid out. Throws "config.invalid" for NaN, Infinity and what JSON cannot hold.
 */
export const configHash = (value: unknown): string => createHash("sha256").update(canonical(value, "")).digest("hex");

function canonical(value: unknown, key: string): string {
  if (Array.isArray(value)) return `[${value.map((x, i) => canonical(x, `${key}[${i}]`)).join()}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .filter(([, x]) => x !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, x]) => `${JSON.stringify(k)}:${canonical(x, key ? `${key}.${k}` : k)}`)
      .join()}}`;
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value))
  )
    return JSON.stringify(value);
  throw new OnarmError(
    "config.invalid",
    `${key || "the config"}: ${String(value)} cannot be hashed; give a finite number, text, true or false`,
    { key },
  );
}
