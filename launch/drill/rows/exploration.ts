import { pushed } from "../../../sim/faults/arm.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ExplorationBudget, Limits } from "../../../src/domain/arm.ts";
import type { Tick } from "../../../src/domain/control.ts";
import { rad } from "../../../src/domain/units.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";
import { inMotion } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { environmentOf, episode, circles } from "../episode.ts";
import { ticksTo, worded } from "../reactions.ts";
import { that } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";

/** What a session may spend on exploring: one name at a time, so small that it is gone within a second. */
const budgets: readonly (readonly [name: string, small: Partial<ExplorationBudget>])[] = [
  ["contacts", { contacts: 2 }],
  ["clamps", { clamps: 5 }],
  ["metres", { metres: 0.05 }],
  ["minutes", { minutes: 0.01 }],
];

export const exploration: Readonly<Record<string, Trial>> = {
  X1: {
    boundMs: 10,
    harmless: true,
    lockstep: true,
    run: async (context) => {
      const seen: Seen[] = [];
      for (const [name, small] of budgets) seen.push(...(await spend(context, name, small)));
      return seen;
    },
  },
};

const whole: ExplorationBudget = { contacts: 1e6, clamps: 1e6, metres: 1e6, minutes: 1e6, clampShare: 1 };

/** rad: how near its border a joint is when clamps are to be provoked. */
const NEAR = 0.03;
const WRIST = 6;

function spend(context: DrillContext, name: string, small: Partial<ExplorationBudget>): Promise<Seen[]> {
  const budget = { ...whole, ...small };
  const tight = (limits: Limits): Limits => ({
    ...limits,
    // The wrist begins so near its border that a wish beyond it is clamped.
    joints: limits.joints.map((joint, i) =>
      i === WRIST ? { ...joint, upper: rad(sawyer.poses["neutral"]![i]! + limits.margin + NEAR) } : joint,
    ),
  });
  const options = { exploration: budget, limits: name === "clamps" ? tight : (limits: Limits) => limits };
  return inMotion(context, options, async (bench) => {
    const since = bench.ticks[0]!.at;
    if (name === "contacts") await touches(bench);
    if (name === "clamps")
      bench.drive(() => ({ kind: "posture", q: bench.controller.state()!.position.map((q, i) => (i === WRIST ? q + 1 : q)) }));
    const knows = usedUp(bench, budget);
    const ended = await ticksTo(
      bench,
      since,
      `${name} spent: driving ends`,
      knows,
      ({ mode }) => mode.is === "idle" || mode.is === "stopped",
      1,
    );
    await bench.beats(50);
    const mode = bench.controller.mode();
    const resting = bench.controller.state()!.velocity.every((w) => Math.abs(w) < 0.01);
    bench.drive(undefined);
    const again = await episode(bench, environmentOf(bench), circles, 1);
    return [
      ended,
      that(`${name}: at rest in order`, mode.is === "idle" && resting, worded(mode)),
      that(`${name}: no further episode`, again.error?.code === "budget.spent", again.error?.message ?? "another one was begun"),
    ];
  });
}

/** Somebody touches the tip three times. */
async function touches(bench: Bench): Promise<void> {
  for (let k = 0; k < 3; k++) {
    bench.states.inject(pushed([0.5 * bench.limits.wrench.force, 0, 0, 0, 0, 0]));
    await bench.beats(5);
    bench.states.inject(pushed([0, 0, 0, 0, 0, 0]));
    await bench.beats(5);
  }
  bench.states.clear();
}

/** Our own books over the ticks: true from the tick on in which the budget is gone. */
function usedUp(bench: Bench, budget: ExplorationBudget): (tick: Tick) => boolean {
  const arm = chain(sawyer);
  const gone = () => {
    let [contacts, clamps, metres, seconds] = [0, 0, 0, 0];
    let tip: readonly number[] | undefined;
    let touching = false;
    for (const tick of bench.ticks) {
      if (!tick.state) continue;
      const p = forward(arm, tick.state.position).p;
      const drove = tick.mode.is === "running" || tip !== undefined;
      if (!drove) continue;
      if (tip) metres += Math.hypot(...p.map((x, i) => x - tip![i]!));
      tip = p;
      seconds += bench.clock.period;
      const force = Math.hypot(...(tick.state.wrench ?? [0, 0, 0]).slice(0, 3));
      if (force > 0.1 * bench.limits.wrench.force && !touching) contacts++;
      touching = force > 0.1 * bench.limits.wrench.force;
      const spent =
        contacts >= budget.contacts || clamps >= budget.clamps || metres >= budget.metres || seconds >= 60 * budget.minutes;
      if (spent) return tick.at;
      // Clamped in this tick, in the books of the next.
      if (tick.verdict?.kind === "clamp") clamps++;
    }
    return Infinity;
  };
  return ({ at }) => at >= gone();
}
