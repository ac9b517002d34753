import { fork, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ordinary } from "./priority.ts";

export interface ForkOptions {
  readonly args?: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** In a session of its own: what is meant for our whole process group, a Ctrl-C or a kill, does not reach it. */
  readonly detached?: boolean;
}

// Not import.meta.resolve: a test runner may load this file as CommonJS, where that is missing.
const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/**
 * Starts a TypeScript entry as a process of its own, with structured clone over its IPC channel: typed arrays arrive as typed arrays.
 * The child's stdout and stderr both go to our stderr, because our stdout is kept for the one line of JSON. The caller owns the
 * child: listen for "error" and "exit", and end it. Errors of starting arrive as the child's "error" event, never as a throw.
 */
export function forkEntry(entry: URL, options: ForkOptions = {}): ChildProcess {
  const child = fork(fileURLToPath(entry), options.args ?? [], {
    execArgv: ["--import", loader],
    env: { ...process.env, ...options.env },
    serialization: "advanced",
    stdio: ["ignore", 2, 2, "ipc"],
    detached: options.detached ?? false,
  });
  ordinary(child.pid);
  return child;
}
