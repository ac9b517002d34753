import { writeFileSync } from "node:fs";
import type { Verb } from "../../../../launch/cli.ts";

/** Fails in a callback that nobody awaits. */
export const verb: Verb = {
  name: "stray",
  summary: "fails where nobody looks",
  options: () => {},
  run: async (_, context) => {
    context.onInterrupt(() => writeFileSync(context.out!, "stopped in order"));
    setImmediate(() => {
      throw new Error("lost in a callback");
    });
    return await new Promise<never>(() => setInterval(() => {}, 1000));
  },
};
