import type { Bundle } from "../src/policy/bundle.ts";
import { canary } from "../src/gate/canary.ts";
import type { CanaryPair, CanaryVerdict } from "../src/gate/canary.ts";
import { rollback } from "./promotion.ts";

export interface CanaryParts {
  /** Folder of the gate whose pointer may be moved back. */
  readonly folder: string;
  readonly candidate: Bundle;
  readonly incumbent: Bundle;
  readonly pairs: number;
  readonly log: (line: string) => void;
}

/**
 * The first episodes after a promotion: each scene is tried under what drives now and under what drove before, in turns, until it is decided.
 * A regression moves the gate's pointer back by itself. From then on the weights that the pointer names drive alone.
 */
export function canaryDrive({ folder, candidate, incumbent, pairs, log }: CanaryParts) {
  const seen: CanaryPair[] = [];
  let half: boolean | undefined;
  let verdict: CanaryVerdict = canary(seen, { pairs });
  return {
    verdict: () => verdict,
    /** Who drives episode `n`, and in which scene. */
    plan: (n: number): { bundle: Bundle; scene: number } =>
      verdict.verdict === "wait"
        ? { bundle: n % 2 === 0 ? candidate : incumbent, scene: Math.floor(n / 2) }
        : { bundle: verdict.verdict === "keep" ? candidate : incumbent, scene: n },
    /** Takes how episode `n` ended; one that nobody finished counts as failed. */
    took: async (n: number, success: boolean): Promise<void> => {
      if (verdict.verdict !== "wait") return;
      if (n % 2 === 0) return void (half = success);
      if (half === undefined) return;
      seen.push({ candidate: half, incumbent: success });
      half = undefined;
      verdict = canary(seen, { pairs });
      if (verdict.verdict === "wait") return;
      log(verdict.reason);
      if (verdict.verdict !== "rollback") return;
      const move = await rollback(folder, verdict.reason);
      log("refused" in move ? move.refused : `rolled back: ${move.pointer.current.hash.slice(0, 12)} drives from now on`);
    },
  };
}
