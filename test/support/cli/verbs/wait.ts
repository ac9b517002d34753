import { writeFileSync } from "node:fs";
import type { Verb } from "../../../../launch/cli.ts";

/** Says "ready", works until it is interrupted, then stops in order and keeps what it has in `--out`. */
export const verb: Verb<{ stubborn?: boolean }> = {
  name: "wait",
  summary: "waits to be interrupted",
  options: (command) => command.option("--stubborn", "does not stop"),
  run: async ({ stubborn }, context) => {
    const heldOpen = setInterval(() => {}, 1000);
    context.log("ready");
    await new Promise<void>((resolve) => {
      if (!stubborn) context.signal.addEventListener("abort", () => resolve());
    });
    clearInterval(heldOpen);
    context.onInterrupt(async () => {
      await new Promise(setImmediate);
      writeFileSync(context.out!, "kept");
    });
    return { steps: 3 };
  },
};
