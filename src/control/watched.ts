import { OnarmError } from "../domain/errors.ts";
import type { Action, Observation } from "../domain/experience.ts";
import type { Clock } from "../ports/clock.ts";
import type { Controller as Policy } from "./rollout.ts";

/** A policy as it is watched: what it puts out before squashing, too, because two saturated actions are equal and two live outputs are not. */
export interface Inference {
  readonly act: Policy;
  /** Output of the last `act` before the squashing; absent where the policy has none, undefined where it was not the policy that answered. Borrowed until the next `act`. */
  readonly preSquash?: () => ArrayLike<number> | undefined;
}

export interface WatchOptions {
  readonly clock: Clock;
  /** Called once per freeze: the same output for that many different observations. The arm should hold until a person has looked. */
  readonly frozen: () => void;
  /** Makes the policy anew from the same weights, after one that hung. Rejects when it cannot. */
  readonly rebuild: () => Promise<Inference>;
  /** Called when there is no policy any more: the arm is to be stopped. */
  readonly failed: () => void;
}

/** Distinct observations answered by one and the same output before a policy counts as frozen. */
export const FROZEN_AFTER = 5;
/** s of the clock without an answer before the policy is made anew; the same time once more, and it has failed. */
export const HUNG_AFTER = 0.8;

const same = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/**
 * A policy that is not trusted to answer: while it is late the arm already holds, for its last wish has lapsed; hung, it is made anew
 * from the same bundle once; hung again, the arm is stopped. @throws "policy.late" after the second hang or a failed rebuild
 */
export function watched(first: Inference, { clock, frozen, rebuild, failed }: WatchOptions): Policy {
  let inference = first;
  let output: Float64Array | undefined;
  let seen: Observation[] = [];

  const answer = async (observation: Observation, t: number): Promise<Action | "hung"> => {
    const wanted = inference.act(observation, t);
    if (!(wanted instanceof Promise)) return wanted;
    let settled = false;
    const done = wanted.finally(() => (settled = true));
    // Whoever answers at once costs no time of the clock, not even of one that runs only while it is awaited.
    await Promise.race([done.catch(() => {}), new Promise((turn) => setImmediate(turn))]);
    if (settled) return done;
    const until = clock.now() + HUNG_AFTER;
    const patience = clock.run(() => settled || clock.now() >= until).then(() => "hung" as const);
    const first = await Promise.race([done, patience]);
    return settled ? done : first;
  };

  const look = (observation: Observation) => {
    const now = inference.preSquash?.();
    if (!now) return;
    if (!output || !same(now, output)) {
      output = Float64Array.from(now);
      seen = [observation.slice()];
    } else if (!seen.some((one) => same(one, observation))) {
      seen.push(observation.slice());
      if (seen.length === FROZEN_AFTER) frozen();
      // Flagged once; the next distinct output starts anew.
      if (seen.length > FROZEN_AFTER) seen.length = FROZEN_AFTER;
    }
  };

  const gone =
    (how: string) =>
    (cause?: unknown): never => {
      failed();
      throw new OnarmError("policy.late", `the policy ${how}; the arm is stopped, load another bundle`, {}, cause);
    };

  return async (observation, t) => {
    let action = await answer(observation, t);
    if (action === "hung") {
      inference = await rebuild().catch(gone("hung and could not be made anew from its bundle"));
      action = await answer(observation, t);
    }
    if (action === "hung") return gone(`has not answered for ${HUNG_AFTER} s, twice`)();
    look(observation);
    return action;
  };
}
