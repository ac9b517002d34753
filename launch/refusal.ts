import { isOnarmError, type FaultCode } from "../src/domain/errors.ts";

/** What is said about an error and how the process ends. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly exit: 0 | 1 | 2;
}

/** Faults of what the user gave us (arguments, config, files): exit 2. Every other one is work that failed or was refused: exit 1. */
const givenWrong: ReadonlySet<string> = new Set<FaultCode>([
  "usage.invalid",
  "config.invalid",
  "file.missing",
  "file.damaged",
  "file.exists",
  "bundle.mismatch",
  "dataset.mismatch",
  "tasks.invalid",
  "policy.shape",
  "serial.refused",
]);

const fileTrouble: Readonly<Record<string, string>> = {
  ENOENT: "does not exist; check the path",
  ENOTDIR: "is not a folder; check the path",
  EISDIR: "is a folder where a file is needed; check the path",
  EACCES: "may not be opened by this user; check its permissions",
  EPERM: "may not be changed by this user; check its permissions",
  EEXIST: "exists already; choose another place",
  EROFS: "lies on a read-only file system; choose another place",
};

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ").trim();

/** Ctrl-C reaches every process of the group, also one that is still starting, and the compiler that the loader of our source keeps. */
export const endedByInterrupt = (error: unknown): boolean =>
  isOnarmError(error)
    ? error.code === "process.lost" && ["SIGINT", "SIGTERM", "SIGHUP"].includes(String(error.detail?.["signal"]))
    : error instanceof Error && /^The service (is no longer running|was stopped)/.test(error.message);

/** One sentence and an exit code for anything that may be thrown. `interrupted`: a signal had come before. */
export function refusalOf(error: unknown, interrupted = false): Refusal {
  if (interrupted && endedByInterrupt(error))
    return { code: "interrupted", message: "stopped while it was starting; what was written before is kept", exit: 0 };
  if (isOnarmError(error)) {
    const exit = error.code === "interrupted" ? 0 : givenWrong.has(error.code) ? 2 : 1;
    return { code: error.code, message: oneLine(String(error.message)), exit };
  }
  // What Node's own calls throw when their signal aborts: the interruption, seen from inside.
  if (error instanceof Error && error.name === "AbortError")
    return { code: "interrupted", message: "interrupted; what was done is kept", exit: 0 };
  const system = error as NodeJS.ErrnoException | null | undefined;
  const trouble = system?.code === undefined ? undefined : fileTrouble[system.code];
  if (trouble !== undefined && system?.path !== undefined)
    return { code: system.code === "ENOENT" ? "file.missing" : "file.refused", message: `${system.path} ${trouble}`, exit: 2 };
  const what = error instanceof Error ? error.message || error.name : String(error);
  return {
    code: "unexpected",
    message: `${oneLine(what).replace(/[.;]$/, "")}; run again with --debug for where it happened`,
    exit: 1,
  };
}
