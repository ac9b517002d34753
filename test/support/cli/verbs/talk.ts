import { writeFileSync } from "node:fs";
import type { Verb } from "../../../../launch/cli.ts";

/** Writes far more than a pipe holds, then a file that tells it came to its end. */
export const verb: Verb = {
  name: "talk",
  summary: "talks to a reader that leaves",
  options: () => {},
  run: async (_, context) => {
    for (let i = 0; i < 2000; i++) {
      context.log("x".repeat(200));
      if (i % 100 === 0) await new Promise(setImmediate);
    }
    writeFileSync(context.out!, "to the end");
    return {};
  },
};
