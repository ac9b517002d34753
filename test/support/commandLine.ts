import { EventEmitter } from "node:events";
import { integer, number, runCli, type Verb, type VerbContext } from "../../launch/cli.ts";
import { interruptsFrom } from "../../launch/interrupt.ts";

interface Options {
  readonly tasks: number;
  readonly speed: number;
  readonly fail?: string;
}

/** Runs one command line over two small verbs and hands back all that a shell would see. */
export async function onarm(
  line: string,
  work: (options: Options, context: VerbContext) => Promise<Record<string, unknown>> = async () => ({ done: true }),
) {
  const out: string[] = [];
  const err: string[] = [];
  const seen: { options?: Options; context?: VerbContext } = {};
  const verb = (name: string): Verb<Options> => ({
    name,
    summary: `the verb ${name}`,
    options: (command) =>
      command
        .option("--tasks <n>", "how many tasks", integer({ min: 1, max: 1000 }), 10)
        .option("--speed <r>", "speed ratio", number({ min: 0, max: 1 }), 0.5)
        .argument("[what]", "what to judge"),
    run: async (options, context) => {
      Object.assign(seen, { options, context });
      return await work(options, context);
    },
  });
  const source = new EventEmitter();
  const interrupts = interruptsFrom(
    source,
    () => 0,
    (text) => err.push(text),
    () => {},
  );
  const loaded: string[] = [];
  const shelf = { names: ["evaluate", "practise"], load: async (name: string) => (loaded.push(name), verb(name) as Verb) };
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    progress: { write: (text: string) => void err.push(text), terminal: false, width: 80, now: () => 0 },
  };
  const code = await runCli(line.split(" ").filter(Boolean), shelf, "1.2.3", terminal, interrupts);
  return { code, out, err, ...seen, loaded, last: out.at(-1) ?? "" };
}
