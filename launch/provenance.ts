import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { configHash } from "../src/config/hash.ts";
import type { DomainSpec } from "../src/domain/experience.ts";
import { masked } from "./secrets.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Commit of the program, "+" when the tree differs from it, "unknown" outside a checkout. */
export function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? "+" : "");
  } catch {
    return "unknown";
  }
}

/** The command line that was typed, as a person would type it again, but for its secrets: it is kept in files that are handed on. */
export const commandLine = (): string =>
  ["onarm", ...masked(process.argv.slice(2)).map((word) => (/^[\w./:=,@-]+$/.test(word) ? word : JSON.stringify(word)))].join(
    " ",
  );

/** What the numbers of a domain's observations and actions mean, as a hash: recordings of equal width may still be of another meaning. */
export const meaningOf = ({ observation, action }: Pick<DomainSpec, "observation" | "action">): string =>
  configHash([observation, action]);
