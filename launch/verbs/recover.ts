import path from "node:path";
import { recover } from "../../src/recording/recover.ts";
import type { Verb } from "../cli.ts";

export const verb: Verb = {
  name: "recover",
  summary: "save what is whole in a torn recording, into a new file",
  options: (command) => {
    command.argument("<file>", "the recording; --out names the new file (default: FILE.recovered.mcap)");
  },
  run: async (_, context) => {
    const from = path.resolve(context.args[0]!);
    const out = path.resolve(context.out ?? `${from.replace(/\.mcap$/, "")}.recovered.mcap`);
    const { file, records, lostBytes, damage } = await recover(from, out);
    return { file, from, records, lost: lostBytes, damage: damage ? { offset: damage.offset, why: damage.why } : null };
  },
};
