import { InvalidArgumentError, type Command } from "commander";
import type { LogRecord } from "./logging.ts";
import type { Progress } from "./progress.ts";

/**
 * One verb of the command line. `launch/verbs/<name>.ts` exports it as `verb`; it is loaded only when it is asked for or listed.
 * `O` is what `options` declares; arguments that are not flags arrive in `context.args`.
 */
export interface Verb<O extends object = object> {
  readonly name: string;
  /** One line for `onarm --help`. */
  readonly summary: string;
  /** Declares this verb's own flags and arguments; the common ones (--json, --seed, --out, --config, --quiet, --debug) are there already. */
  options(command: Command): void;
  /** Does the work. The resolved object is the one JSON line of --json, else a table. Throws OnarmError for what it refuses. */
  run(options: O, context: VerbContext): Promise<Record<string, unknown>>;
}

/** What every verb is handed besides its own options. */
export interface VerbContext {
  readonly seed: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** --out as given; the verb says what its default is. */
  readonly out: string | undefined;
  /** --config parsed from YAML and not yet checked: the verb owns the schema. `configFile` is its name, for messages. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly configFile: string | undefined;
  /** Arguments that are not flags, in order (`gate promote` -> ["promote"]). */
  readonly args: readonly string[];
  /** A line for a person: stdout, or stderr with --json; nothing with --quiet. Also in the file of --log. */
  log(line: string): void;
  /** Something for the file of --log alone; nothing without it. */
  record(record: LogRecord): void;
  /** A bar with ETA on a terminal, plain lines at most every 5 s elsewhere; always on stderr. */
  progress(label: string, total: number): Progress;
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP: stop safely, keep what is done, return what there is. A second one ends the process. */
  readonly signal: AbortSignal;
  /** Runs once when `signal` aborts; the process does not end before its promise settles. */
  onInterrupt(hook: () => void | Promise<void>): void;
  /** Exit code of a run that ended without an error; a verb sets 1 for a result that is a refusal. */
  exitCode: 0 | 1;
  /** A verb whose own answers go to stdout sets this: without --json the table of its result then goes to stderr. */
  answersOnStdout: boolean;
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Parser for an option that takes a number: `command.option("--speed <r>", "...", number({ min: 0, max: 1 }), 0.3)`. */
export const number =
  ({ min = -Infinity, max = Infinity, whole = false } = {}) =>
  (text: string): number => {
    const value = Number(text);
    if (numeric.test(text.trim()) && value >= min && value <= max && (!whole || Number.isSafeInteger(value))) return value;
    const bounds = max < Infinity ? ` from ${min} to ${max}` : min > -Infinity ? ` of at least ${min}` : "";
    throw new InvalidArgumentError(`a ${whole ? "whole " : ""}number${bounds} is needed`);
  };

/** Parser for an option that takes a whole number: `command.option("--tasks <n>", "...", integer({ min: 1 }), 300)`. */
export const integer = (bounds: { min?: number; max?: number } = {}) => number({ min: 0, ...bounds, whole: true });
