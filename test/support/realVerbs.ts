import { EventEmitter } from "node:events";
import { readdirSync } from "node:fs";
import { runCli, type Verb } from "../../launch/cli.ts";
import { interruptsFrom } from "../../launch/interrupt.ts";

const verbs = new URL("../../launch/verbs/", import.meta.url);
const shelf = {
  names: readdirSync(verbs).map((file) => file.replace(".ts", "")),
  load: async (name: string) => ((await import(new URL(`${name}.ts`, verbs).href)) as { verb: Verb }).verb,
};

/** One command line over the real verbs, in this process: a second of starting one is saved. `json`: the last line of stdout. */
export async function commandLine(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const say = (text: string) => void err.push(text);
  const progress = { write: (text: string) => say(text.trimEnd()), terminal: false, width: 80, now: () => 0 };
  const interrupts = interruptsFrom(new EventEmitter(), () => 0, say, () => {}); // prettier-ignore
  const terminal = { out: (line: string) => void out.push(line), err: say, progress };
  const code = await runCli([...args, "--json"], shelf, "0.0.0", terminal, interrupts);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  return { code, err: err.join("\n"), json: JSON.parse(out.at(-1)!) as any };
}
