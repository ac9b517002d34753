import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { OnarmError } from "../domain/errors.ts";

/** Freezes a plain value all the way down and returns it. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

const invalid = (file: string, key: string, what: string, remedy: string, cause?: unknown) =>
  new OnarmError("config.invalid", `${file}: ${key ? `${key}: ` : ""}${what}; ${remedy}`, { file, key }, cause);

/**
 * YAML text -> the frozen value a schema describes. `file` only names the text in messages.
 * Throws "config.invalid" with file, key and remedy: syntax, a key twice, a key unknown or missing, a number that is none or out of range.
 */
export function parseConfig<S extends z.ZodType>(schema: S, text: string, file: string): z.output<S> {
  let raw: unknown;
  try {
    raw = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const [first] = String((error as Error).message).split("\n");
    throw invalid(file, "", `is not readable as YAML: ${first}`, "correct the syntax there", error);
  }
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) return frozen(result.data);
  // A misspelt key also leaves the right one missing: the misspelling is the thing to say.
  const issue = result.error.issues.find((i) => i.code === "unrecognized_keys") ?? result.error.issues[0]!;
  throw invalid(file, issue.path.join("."), ...explained(issue), result.error);
}

/** What is wrong with a key, and what to do about it. */
function explained(issue: z.core.$ZodIssue): [what: string, remedy: string] {
  switch (issue.code) {
    case "unrecognized_keys":
      return [`unknown key ${issue.keys.map((k) => `"${k}"`).join(", ")}`, "remove it or correct its spelling"];
    case "invalid_type":
      return issue.input === undefined
        ? [`missing (${named(issue.expected)})`, "add it: nothing here has a default"]
        : [`found ${shown(issue.input)}`, `give a ${named(issue.expected)}`];
    case "too_small":
      if (issue.origin === "array") return ["too few values", `give ${issue.minimum}`];
      return [`${shown(issue.input)} is too small`, `give a value ${issue.inclusive ? ">=" : ">"} ${issue.minimum}`];
    case "too_big":
      if (issue.origin === "array") return ["too many values", `give ${issue.maximum}`];
      return [`${shown(issue.input)} is too large`, `give a value ${issue.inclusive ? "<=" : "<"} ${issue.maximum}`];
    case "invalid_key":
      return [`is no good key: ${issue.issues[0]?.message ?? issue.message}`, "rename it"];
    case "custom":
      return [issue.message, String(issue.params?.remedy ?? "correct it")];
    default:
      return [issue.message, "correct it"];
  }
}

const named = (type: string) =>
  ({ number: "finite number", int: "whole number", object: "mapping", record: "mapping", tuple: "list", array: "list" })[type] ??
  type;
const shown = (value: unknown) => (typeof value === "object" && value !== null ? "a mapping or list" : String(value));

/** The text of a config file. Throws "config.invalid" when it cannot be read. */
export function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : `cannot be read (${(error as Error).message})`;
    throw invalid(path, "", why, "give the path of a config file", error);
  }
}
