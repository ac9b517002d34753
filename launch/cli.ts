import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { parse } from "yaml";
import { OnarmError } from "../src/domain/errors.ts";
import { readArguments, type Invocation, type VerbShelf } from "./arguments.ts";
import type { Interrupts } from "./interrupt.ts";
import type { LogFile, LogRecord } from "./logging.ts";
import { logOf } from "./logOfRun.ts";
import { progressTo, silentProgress, type ProgressSink } from "./progress.ts";
import { endedByInterrupt, refusalOf } from "./refusal.ts";
import { masked } from "./secrets.ts";
import { formatTable } from "./table.ts";
import type { VerbContext } from "./verb.ts";

export { integer, number, type Verb, type VerbContext } from "./verb.ts";
export type { Progress } from "./progress.ts";

/** The world as the command line sees it. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  readonly progress: ProgressSink;
}

/** Reads --config: a YAML mapping, or one clear sentence. */
async function readConfig(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw Object.assign(error, { path: file });
  });
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new OnarmError(
      "config.invalid",
      `${file} is not YAML: ${(error as Error).message.split("\n")[0]}; correct it`,
      { file },
      error,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OnarmError("config.invalid", `${file} holds no settings; write one 'name: value' a line`, { file });
  return value as Record<string, unknown>;
}

type Asked = Extract<Invocation, { readonly kind: "verb" }>;

async function contextOf(
  { verb, common, args }: Asked,
  terminal: Terminal,
  interrupts: Interrupts,
  record: (record: LogRecord) => void,
): Promise<VerbContext> {
  const json = common.json === true;
  const quiet = common.quiet === true;
  return {
    seed: common.seed,
    json,
    quiet,
    debug: common.debug === true,
    out: common.out,
    config: common.config === undefined ? undefined : await readConfig(common.config),
    configFile: common.config,
    args,
    log: (text) => {
      if (!quiet) (json ? terminal.err : terminal.out)(text);
      record({ level: "info", code: verb.name, text });
    },
    record,
    progress: (label, total) => {
      record({ level: "debug", code: "progress", text: `${label} begins`, fields: { label, total } });
      return quiet ? silentProgress : progressTo(terminal.progress, label, total);
    },
    signal: interrupts.signal,
    onInterrupt: interrupts.onInterrupt,
    exitCode: 0,
    answersOnStdout: false,
  };
}

/** NaN and the infinities are no JSON numbers; they are written as the strings that the fixed shapes name. */
const toJson = (value: unknown) =>
  JSON.stringify(value, (_, x: unknown) => (typeof x === "number" && !Number.isFinite(x) ? String(x) : x));

/** A signal to the whole group may end a child before our own copy of it is heard, ms. */
const copyMs = 500;
const ownCopy = (signal: AbortSignal) =>
  signal.aborted ? undefined : setTimeout(copyMs, undefined, { signal }).catch(() => undefined);

/** Runs one command line to its end and resolves with the exit code: 0 done, 1 failed or refused, 2 bad arguments, config or files. */
export async function runCli(
  argv: readonly string[],
  shelf: VerbShelf,
  version: string,
  terminal: Terminal,
  interrupts: Interrupts,
): Promise<0 | 1 | 2> {
  const ends = argv.indexOf("--");
  const flags = ends < 0 ? argv : argv.slice(0, ends);
  const json = flags.includes("--json");
  let log: LogFile | undefined;
  const record = (entry: LogRecord) => log?.record(entry);
  try {
    const invocation = await readArguments(argv, shelf, version);
    if (invocation.kind === "text") {
      terminal.out(invocation.text.replace(/\n$/, ""));
      return 0;
    }
    log = await logOf(invocation.common, argv, terminal);
    record({ level: "info", code: "start", text: ["onarm", ...masked(argv)].join(" "), fields: { version, pid: process.pid } });
    interrupts.onInterrupt(() => record({ level: "warn", code: "interrupted", text: "a signal came; stopping in order" }));
    const context = await contextOf(invocation, terminal, interrupts, record);
    const result = await invocation.verb.run(invocation.options, context);
    await interrupts.settled();
    const whole = interrupts.signal.aborted ? { ...result, interrupted: true } : result;
    record({ level: "info", code: "end", text: `${context.exitCode === 0 ? "done" : "not done"}`, fields: whole });
    if (json) terminal.out(toJson(whole));
    else (context.answersOnStdout ? terminal.err : terminal.out)(formatTable(whole));
    return context.exitCode;
  } catch (error) {
    if (endedByInterrupt(error)) await ownCopy(interrupts.signal);
    await interrupts.settled();
    const refusal = refusalOf(error, interrupts.signal.aborted);
    terminal.err(`onarm: ${refusal.message}`);
    record({
      level: refusal.exit === 0 ? "info" : "error",
      code: refusal.code,
      text: refusal.message,
      fields: { exit: refusal.exit },
    });
    if (flags.includes("--debug")) terminal.err(error instanceof Error ? (error.stack ?? String(error)) : String(error));
    if (json)
      terminal.out(
        toJson(refusal.exit === 0 ? { interrupted: true } : { error: { code: refusal.code, message: refusal.message } }),
      );
    return refusal.exit;
  } finally {
    await log?.close();
  }
}
