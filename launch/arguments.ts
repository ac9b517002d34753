import { Command, CommanderError, Option } from "commander";
import { OnarmError } from "../src/domain/errors.ts";
import { levels, type Level } from "./logging.ts";
import { integer, type Verb } from "./verb.ts";

/** The verbs there are: names without loading anything, modules one at a time. */
export interface VerbShelf {
  readonly names: readonly string[];
  load(name: string): Promise<Verb>;
}

export interface CommonOptions {
  readonly json?: boolean;
  readonly seed: number;
  readonly out?: string;
  readonly config?: string;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly log?: string;
  readonly logLevel?: Level;
}

export type Invocation =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "verb";
      readonly verb: Verb;
      readonly common: CommonOptions;
      readonly options: Record<string, unknown>;
      readonly args: readonly string[];
    };

const usage = (message: string) => new OnarmError("usage.invalid", message);

/** Turns commander's way of ending (throwing, writing) into values and one-sentence errors. */
function quiet(command: Command, written: string[]): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: (text) => void written.push(text), writeErr: () => {}, outputError: () => {} });
}

const sentence = (message: string) =>
  message
    .trim()
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\.$/, "");

function common(command: Command): Command {
  return command
    .option("--json", "the last line of stdout is one JSON object; everything else goes to stderr")
    .option("--seed <n>", "seed of every random stream", integer({ max: 0xffffffff }), 1)
    .option("--out <dir>", "where results are written")
    .option("--config <file>", "settings as YAML")
    .option("--quiet", "no progress and no log on the terminal")
    .option("--log <file>", "what happens, as JSON lines, appended to this file; three files of 8 MB at most")
    .addOption(new Option("--log-level <level>", "how grave it must be to be written there (info)").choices([...levels]))
    .option("--debug", "stack traces with errors");
}

const takesValue = new Set(["--seed", "--out", "--config", "--log", "--log-level"]);
const plain = new Set(["--json", "--quiet", "--debug"]);

/** Common flags may stand before the verb as well as after it. */
function split(argv: readonly string[]): {
  readonly verb: string | undefined;
  readonly rest: readonly string[];
  readonly before: readonly string[];
} {
  let i = 0;
  while (i < argv.length && argv[i]!.startsWith("-")) {
    const flag = argv[i]!;
    if (takesValue.has(flag)) i += 2;
    else if (plain.has(flag) || takesValue.has(flag.split("=")[0]!)) i += 1;
    else break;
  }
  const verb = argv[i]?.startsWith("-") ? undefined : argv[i];
  return { verb, rest: [...argv.slice(0, i), ...argv.slice(verb === undefined ? i : i + 1)], before: argv.slice(0, i) };
}

async function overview(shelf: VerbShelf, version: string): Promise<Command> {
  const program = common(new Command("onarm")).usage("<verb> [options]").version(version).showSuggestionAfterError();
  program.description(
    "Takes an offline-meta-trained policy to a robot arm and lets it go on learning there without reward labels.",
  );
  program.addHelpText("after", "\n'onarm <verb> --help' tells a verb's own options. 'npm start' is 'onarm demo'.");
  for (const name of shelf.names) {
    const verb = await shelf.load(name);
    verb.options(program.command(name).description(verb.summary));
  }
  return program;
}

/** What the command line asks for. Throws OnarmError "usage.invalid" with one sentence that ends in the remedy. */
export async function readArguments(argv: readonly string[], shelf: VerbShelf, version: string): Promise<Invocation> {
  const { verb: name, rest, before } = split(argv);
  const written: string[] = [];
  const help = name === "help" ? (rest[before.length] ?? "") : undefined;
  if (help !== undefined && shelf.names.includes(help)) return readArguments([help, "--help"], shelf, version);
  const known = name !== undefined && shelf.names.includes(name);
  if (name !== undefined && name !== "help" && !known) throw usage(unknownVerb(name, shelf));

  const verb = known ? await shelf.load(name) : undefined;
  const command = quiet(verb ? common(new Command(`onarm ${name}`)) : await overview(shelf, version), written);
  if (verb) {
    command.description(verb.summary).allowExcessArguments(false);
    verb.options(command);
  }
  const remedy = verb ? `run 'onarm ${name} --help' for its options` : "run 'onarm --help' for the verbs and options";
  if (name === undefined && rest.length === before.length)
    throw usage(`no verb was given; ${remedy}, or 'npm start' for the demo`);
  try {
    if (name === "help") command.help();
    await command.parseAsync(rest as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "text", text: written.join("") };
    throw usage(`${verb ? `${name}: ` : ""}${sentence(error.message)}; ${remedy}`);
  }
  if (!verb) throw usage(`no verb was given; ${remedy}`);
  const options: Record<string, unknown> = command.opts();
  const given = options as unknown as CommonOptions;
  if (given.out !== undefined && given.out.trim() === "") throw usage(`${name}: --out is empty; name a folder`);
  if (given.logLevel !== undefined && given.log === undefined)
    throw usage(`${name}: --log-level means nothing without --log; name the file, or leave it out`);
  return { kind: "verb", verb, common: given, options, args: command.args };
}

function unknownVerb(name: string, shelf: VerbShelf): string {
  const program = quiet(new Command("onarm"), []).showSuggestionAfterError();
  for (const known of [...shelf.names, "help"]) program.command(known);
  try {
    program.parse([name], { from: "user" });
  } catch (error) {
    return `${sentence((error as Error).message).replace("unknown command", "unknown verb")}; run 'onarm --help' for the verbs`;
  }
  return `unknown verb '${name}'; run 'onarm --help' for the verbs`;
}
