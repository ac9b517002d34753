import type { Rollout } from "../../src/domain/experience.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { OperatorCommand } from "../../src/operator/protocol.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Environment } from "../../src/ports/environment.ts";

/** Who says what an explored episode was worth: the task's own predicate on the scene, a key held while the aim is true, or a word at its end. */
export const rewardSources = ["task", "hold", "outcome"] as const;
export type RewardSource = (typeof rewardSources)[number];

/** s for which a held key counts without being said again, as for every dead-man; s that a word at the end is waited for. */
const HELD = 0.18;
const PATIENCE = 120;

export interface Rewards<Task> {
  /** The same world, its steps' rewards gathered from where they come; hand it on without a reward channel. */
  readonly environment: Environment<Task>;
  /** Rewards of the episode that just ended, one a step; undefined where nobody said. */
  of(made: Rollout): Promise<Float32Array | undefined>;
  /** Whether a person called the episode with these rewards a success; undefined where nobody was asked that. */
  success(rewards: Float32Array): boolean | undefined;
  /** What a person said; false where nothing was asked of them. */
  say(command: OperatorCommand): boolean;
  /** What a person is asked for now. */
  asks(): "hold" | "outcome" | undefined;
  given(): boolean;
  readonly source: "environment" | "person";
}

/**
 * Rewards of explored episodes (the contexts of a meta-test). A sparse reward is the lower of its two values in every step in which the aim
 * is not said to be true; a word at the end counts for the last step alone. `ended`: nobody is waited for any more.
 * @throws "usage.invalid" for a dense reward that a person should give: no hand can say a number ten times a second
 */
export function rewardsBy<Task>(
  source: RewardSource,
  inner: Environment<Task>,
  { clock, ended }: { readonly clock: Pick<Clock, "now" | "run">; readonly ended: AbortSignal },
): Rewards<Task> {
  const { reward: kind } = inner.spec;
  if (source !== "task" && kind.kind !== "sparse")
    throw new OnarmError("usage.invalid", `${inner.spec.name}: its reward is any number; only --reward task can tell it`);
  const low = kind.kind === "sparse" ? kind.low : 0;
  let steps: number[] = [];
  let exploring = false;
  let heldAt = -Infinity;
  let asked = false;
  let word: boolean | undefined;
  const held = () => clock.now() - heldAt <= HELD;
  const now = () => (source === "task" ? inner.reward() : source === "hold" && held() ? low + 1 : low);

  return {
    source: source === "task" ? "environment" : "person",
    environment: {
      ...inner,
      reset: async (task) => {
        const seen = await inner.reset(task);
        [steps, exploring] = [[], true];
        return seen;
      },
      step: async (action) => {
        const result = await inner.step(action);
        steps.push(now());
        return result;
      },
    },
    of: async (made) => {
      exploring = false;
      const rewards = Float32Array.from(steps.slice(0, made.steps));
      if (source !== "outcome") return rewards;
      const until = clock.now() + PATIENCE;
      [asked, word] = [true, undefined];
      await clock.run(() => word !== undefined || ended.aborted || clock.now() > until);
      asked = false;
      if (word === undefined) return undefined;
      if (word) rewards[rewards.length - 1] = low + 1;
      return rewards;
    },
    success: (rewards) => (source === "outcome" ? rewards.at(-1)! > low : undefined),
    say: (command) => {
      if (command.kind === "reward" && source === "hold") {
        heldAt = command.given ? clock.now() : -Infinity;
        return true;
      }
      if (command.kind !== "outcome" || !asked) return false;
      word = command.success;
      return true;
    },
    asks: () => (asked ? "outcome" : source === "hold" && exploring ? "hold" : undefined),
    given: () => source === "hold" && held(),
  };
}
