import type { ArmDescription, ExplorationBudget, Limits } from "../domain/arm.ts";
import type { Mode } from "../domain/mode.ts";
import type { Tick } from "../domain/control.ts";
import type { Seconds } from "../domain/units.ts";
import { chain, forward } from "../kinematics/chain.ts";
import { nothingSpent, spend, spent } from "../safety/budget.ts";
import type { BudgetName, Usage } from "../safety/budget.ts";

/** What a session has spent on exploring, and which budget is used up. */
export interface Exploration {
  readonly usage: Usage;
  readonly spent: BudgetName | undefined;
}

const explores = (mode: Mode) => mode.is === "running" || mode.is === "resetting";

/** Keeps a session's books, beat by beat while the policy or a reset drives. Without a budget it counts all the same, and nothing is ever spent. */
export function exploring(description: ArmDescription, limits: Limits, budget: ExplorationBudget | undefined, period: Seconds) {
  const arm = chain(description);
  let usage = nothingSpent;
  let clamped = 0;
  return {
    state: (): Exploration => ({ usage, spent: budget && spent(usage, budget) }),
    spend: ({ mode, state }: Pick<Tick, "mode" | "state">, clamps: number): BudgetName | undefined => {
      const fresh = clamps - clamped;
      clamped = clamps;
      if (!state || !explores(mode)) return undefined;
      const { wrench } = state;
      usage = spend(usage, {
        period,
        tip: forward(arm, state.position).p,
        clamps: fresh,
        ...(wrench ? { force: Math.hypot(wrench[0], wrench[1], wrench[2]) } : {}),
        forceLimit: limits.wrench.force,
      });
      return budget && spent(usage, budget);
    },
  };
}
