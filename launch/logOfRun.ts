import process from "node:process";
import type { CommonOptions } from "./arguments.ts";
import { openLogFile, type LogFile } from "./logging.ts";
import { redacted, secretsOf } from "./secrets.ts";

/** The file of --log, for as long as one command line runs; undefined without it. What nobody caught is in it too, whatever becomes of the process. */
export async function logOf(
  { log: file, logLevel: level = "info" }: CommonOptions,
  argv: readonly string[],
  terminal: { err(line: string): void },
): Promise<LogFile | undefined> {
  if (file === undefined) return undefined;
  const secrets = secretsOf(argv, process.env);
  const log = await openLogFile(file, {
    level,
    redact: (text) => redacted(text, secrets),
    failed: (why) => terminal.err(`the log ${file} cannot be written (${why.message}); the run goes on without it`),
  }).catch((error: Error) => {
    throw Object.assign(error, { path: file });
  });
  const astray = (error: unknown) =>
    log.record({
      level: "error",
      code: "unexpected",
      text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  const listeners = [
    ["uncaughtExceptionMonitor", astray],
    ["unhandledRejection", astray],
    ["exit", () => log.flush()],
  ] as const;
  for (const [event, listener] of listeners) process.on(event, listener);
  return {
    ...log,
    close: async () => {
      for (const [event, listener] of listeners) process.off(event, listener);
      await log.close();
    },
  };
}
