import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { parse } from "yaml";
import { OnarmError } from "../src/domain/errors.ts";
import { readArguments, type CommonOptions, type VerbShelf } from "./arguments.ts";
import type { Interrupts } from "./interrupt.ts";
import { progressTo, silentProgress, type ProgressSink } from "./progress.ts";
import { endedByInterrupt, refusalOf } from "./refusal.ts";
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

async function contextOf(
  common: CommonOptions,
  args: readonly string[],
  terminal: Terminal,
  interrupts: Interrupts,
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
    log: quiet ? () => {} : json ? terminal.err : terminal.out,
    progress: quiet ? () => silentProgress : (label, total) => progressTo(terminal.progress, label, total),
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
  try {
    const invocation = await readArguments(argv, shelf, version);
    if (invocation.kind === "text") {
      terminal.out(invocation.text.replace(/\n$/, ""));
      return 0;
    }
    const context = await contextOf(invocation.common, invocation.args, terminal, interrupts);
    const result = await invocation.verb.run(invocation.options, context);
    await interrupts.settled();
    const whole = interrupts.signal.aborted ? { ...result, interrupted: true } : result;
    if (json) terminal.out(toJson(whole));
    else (context.answersOnStdout ? terminal.err : terminal.out)(formatTable(whole));
    return context.exitCode;
  } catch (error) {
    if (endedByInterrupt(error)) await ownCopy(interrupts.signal);
    await interrupts.settled();
    const refusal = refusalOf(error, interrupts.signal.aborted);
    terminal.err(`onarm: ${refusal.message}`);
    if (flags.includes("--debug")) terminal.err(error instanceof Error ? (error.stack ?? String(error)) : String(error));
    if (json)
      terminal.out(
        toJson(refusal.exit === 0 ? { interrupted: true } : { error: { code: refusal.code, message: refusal.message } }),
      );
    return refusal.exit;
  }
}
