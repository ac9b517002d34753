import type { ExplorationBudget } from "../domain/arm.ts";
import type { Vec3 } from "../domain/units.ts";

/** What a session has spent on exploring. */
export interface Usage {
  readonly contacts: number;
  readonly clamps: number;
  readonly metres: number;
  readonly seconds: number;
  /** Where the tip was last, and whether it is being pushed on. */
  readonly tip: Vec3 | undefined;
  readonly touching: boolean;
}

export type BudgetName = "budget.contacts" | "budget.clamps" | "budget.metres" | "budget.minutes";

/** What happened in one period of driving. `force`: on the tip, N, where it is measured. */
export interface Spending {
  readonly period: number;
  readonly tip: Vec3;
  readonly clamps: number;
  readonly force?: number;
  readonly forceLimit: number;
}

/** Shares of the force limit at which a contact begins and ends. */
export const TOUCH = 0.1;
export const RELEASE = 0.05;

export const nothingSpent: Usage = { contacts: 0, clamps: 0, metres: 0, seconds: 0, tip: undefined, touching: false };

export function spend(usage: Usage, { period, tip, clamps, force, forceLimit }: Spending): Usage {
  const way = usage.tip ? Math.hypot(tip[0] - usage.tip[0], tip[1] - usage.tip[1], tip[2] - usage.tip[2]) : 0;
  const touching = force === undefined ? usage.touching : force > (usage.touching ? RELEASE : TOUCH) * forceLimit;
  return {
    contacts: usage.contacts + (touching && !usage.touching ? 1 : 0),
    clamps: usage.clamps + clamps,
    metres: usage.metres + way,
    seconds: usage.seconds + period,
    tip,
    touching,
  };
}

/** The first budget that is used up. A number that is none counts as used up. */
export function spent(usage: Usage, budget: ExplorationBudget): BudgetName | undefined {
  if (!(usage.contacts < budget.contacts)) return "budget.contacts";
  if (!(usage.clamps < budget.clamps)) return "budget.clamps";
  if (!(usage.metres < budget.metres)) return "budget.metres";
  return usage.seconds < 60 * budget.minutes ? undefined : "budget.minutes";
}

/** Commands an episode may begin with before its share of clamped ones means anything. */
export const ENOUGH = 100;

/** Whether more than `share` of an episode's commands were clamped, once there are enough of them. */
export const clampedTooMuch = (clamped: number, commands: number, share: number): boolean =>
  commands >= ENOUGH && !(clamped <= share * commands);
