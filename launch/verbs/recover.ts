import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { recover } from "../../src/recording/recover.ts";
import { stopLogOf } from "../../src/recording/stopLog.ts";
import type { Verb } from "../cli.ts";
import { episodesOf } from "../running/episodes.ts";

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
    // The stops and what a person said of episodes, kept beside the torn one, belong to what was saved of it, too.
    for (const [what, of] of [
      ["log of stops", stopLogOf],
      ["list of episodes", episodesOf],
    ] as const)
      await copyFile(of(from), of(file), constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") context.log(`the ${what} was not copied: ${error.message}`);
      });
    return { file, from, records, lost: lostBytes, damage: damage ? { offset: damage.offset, why: damage.why } : null };
  },
};
