import path from "node:path";
import { OnarmError } from "../../src/domain/errors.ts";
import type { CanaryVerdict } from "../../src/gate/canary.ts";
import type { LearningView } from "../../src/operator/protocol.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { canaryDrive } from "../canaryDrive.ts";
import { readGateLog } from "../gateLog.ts";
import { logFile, promote, readPointer, rollback } from "../promotion.ts";
import type { LocatedEntry, Move } from "../promotion.ts";

/** Verdicts that are listed. */
const LISTED = 20;
const short = (hash: string) => hash.slice(0, 12);

/** Which weights drive, episode by episode, and who may change that. */
export interface DrivingWeights {
  /** What drives now, or did last where two are compared. */
  bundle(): Bundle;
  plan(episode: number): { readonly bundle: Bundle; readonly scene: number };
  took(episode: number, success: boolean): Promise<void>;
  /** Of the trial after a promotion; undefined where there is none. */
  verdict(): CanaryVerdict | undefined;
  view(): LearningView;
  accepts(): readonly ("promote" | "roll-back")[];
  /** From the next episode on. Rejects with "mode.refused" and why, when the gate's log or pointer speaks against it. */
  promote(): Promise<void>;
  rollBack(by: string): Promise<void>;
  /** Looks at the gate's log and pointer again: another program may have written them. */
  refresh(): Promise<void>;
}

/** One bundle, and nobody to ask about another. */
export function fixedWeights(bundle: Bundle): DrivingWeights {
  const refused = async (): Promise<never> => {
    throw new OnarmError(
      "mode.refused",
      "this run drives one bundle; start it with --promoted DIR to promote and roll back here",
    );
  };
  const view: LearningView = { running: short(bundle.hash), verdicts: [] };
  return {
    bundle: () => bundle,
    plan: (scene) => ({ bundle, scene }),
    took: async () => {},
    verdict: () => undefined,
    view: () => view,
    accepts: () => [],
    promote: refused,
    rollBack: refused,
    refresh: async () => {},
  };
}

/**
 * What the gate of a folder has promoted. The first episodes after a promotion alternate with what drove before (`pairs` of them; 0: none),
 * and a regression rolls itself back; a person may promote the last candidate that passed, or roll back, at any time.
 * @throws "file.missing" where nothing was promoted yet
 */
export async function promotedWeights(
  folder: string,
  { pairs, log }: { readonly pairs: number; readonly log: (line: string) => void },
): Promise<DrivingWeights> {
  const pointer = await readPointer(folder);
  if (!pointer)
    throw new OnarmError(
      "file.missing",
      `run: nothing was promoted in ${folder}; promote a bundle there first: onarm gate promote`,
    );
  const at = (relative: string) => readBundle(path.resolve(folder, relative));
  const tried = async ({ current, previous }: NonNullable<typeof pointer>) => {
    const candidate = await at(current.bundle);
    const before = previous.at(-1);
    const trial =
      before && pairs > 0 ? canaryDrive({ folder, candidate, incumbent: await at(before.bundle), pairs, log }) : undefined;
    return { bundle: candidate, trial };
  };
  let { bundle, trial } = await tried(pointer);
  let drove = bundle;
  let view: LearningView = { running: short(bundle.hash), verdicts: [] };
  let next: LocatedEntry | undefined;
  let back = false;

  const refresh = async () => {
    const [entries, now] = [(await readGateLog(logFile(folder))).entries as LocatedEntry[], await readPointer(folder)];
    const last = entries.findLast(({ verdict }) => verdict === "promote");
    const word = last && entries.findLast(({ candidate }) => candidate === last.candidate);
    const drives = now?.current.hash;
    next = last && word === last && last.candidateAt !== undefined && last.candidate !== drives ? last : undefined;
    const before = now?.previous.at(-1);
    back = before !== undefined;
    const fresh: LearningView = {
      running: short(drove.hash),
      ...(now ? { since: now.current.since } : {}),
      ...(before ? { previous: short(before.hash) } : {}),
      verdicts: entries.slice(-LISTED).map(({ time, verdict, reasons }) => ({ wall: time, verdict, reasons })),
    };
    if (JSON.stringify(fresh) !== JSON.stringify(view)) view = fresh;
  };
  const moved = async (move: Move, trialToo: boolean) => {
    if ("refused" in move) throw new OnarmError("mode.refused", move.refused);
    const now = await tried(move.pointer);
    [bundle, trial] = [now.bundle, trialToo ? now.trial : undefined];
    log(`${short(bundle.hash)} drives from the next episode on`);
    await refresh();
  };
  await refresh();

  return {
    bundle: () => drove,
    plan: (episode) => {
      const planned = trial?.plan(episode) ?? { bundle, scene: episode };
      if (planned.bundle !== drove) {
        drove = planned.bundle;
        view = { ...view, running: short(drove.hash) };
      }
      return planned;
    },
    took: async (episode, success) => {
      await trial?.took(episode, success);
      await refresh();
    },
    verdict: () => trial?.verdict(),
    view: () => view,
    accepts: () => [...(next ? (["promote"] as const) : []), ...(back ? (["roll-back"] as const) : [])],
    promote: async () => {
      await refresh();
      if (!next)
        throw new OnarmError("mode.refused", `no candidate that passed the gate waits in ${folder}; judge one: onarm gate`);
      await moved(await promote(folder, await at(next.candidateAt!)), true);
    },
    rollBack: async (by) => moved(await rollback(folder, `rolled back by ${by}`), false),
    refresh,
  };
}
