import { GRIPPER_PATIENCE } from "../../../sim/gripper.ts";
import type { Mishap } from "../../../sim/gripper.ts";
import type { Acts } from "../../../sim/faults/policy.ts";
import type { Seconds } from "../../../src/domain/units.ts";
import { atRest } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { circles, drillScene, environmentOf, episode } from "../episode.ts";
import { noticed, rests } from "../reactions.ts";
import { pending, that, within } from "../row.ts";
import type { Seen, Trial } from "../row.ts";

/** ms: its time-out, and that of its one retry; from there to the arm it takes some beats. */
const TIMEOUTS = 2000 * GRIPPER_PATIENCE;
const BEATS = 50;
/** Steps that are more than both time-outs last. */
const STEPS = 120;

/** What the policy's grip moves. */
export const gripper: Readonly<Record<string, Trial>> = {
  S4: {
    boundMs: TIMEOUTS + BEATS,
    harmless: false,
    lockstep: true,
    run: (context) =>
      atRest(context, { twin: { scene: drillScene } }, async (bench) => {
        if (!bench.gripper) return pending("over a wire no gripper can be made to fail");
        const seen: Seen[] = [];
        for (const [what, boundMs] of [
          ["silent", TIMEOUTS + BEATS],
          ["faulty", BEATS],
        ] as const)
          seen.push(...(await failing(bench, what, boundMs, 3 + context.rng.integer(4))));
        return seen;
      }),
  },
};

/** An episode whose gripper fails in step `step`, in which the policy closes it. */
async function failing(bench: Bench, what: Mishap, boundMs: number, step: number): Promise<Seen[]> {
  const { befall } = bench.gripper!;
  let at: Seconds | undefined;
  const act: Acts = async (observation, t) => {
    if (t === step) {
      at = bench.clock.now();
      befall(what);
    }
    const action = await circles(observation, t);
    action[3] = t < step ? -1 : 1;
    return action;
  };
  const ended = await episode(bench, environmentOf(bench), act, STEPS);
  befall("none");
  if (at === undefined) return [that(`${what}: an episode under way`, false, ended.error?.message)];
  const over = within(`${what}: the episode ends`, 1000 * (ended.at - at), boundMs, ended.error?.message);
  const { is } = bench.controller.mode();
  return [
    { ...over, ok: over.ok && ended.error?.code === "gripper.failed" },
    that(`${what}: the arm holds`, is === "idle", is),
    await rests(bench, at),
    noticed(bench, at, "gripper.failed", "fault"),
  ];
}
