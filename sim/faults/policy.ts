import type { Action, Observation } from "../../src/domain/experience.ts";

/** Whatever chooses actions. */
export type Acts = (observation: Observation, t: number) => Promise<Action> | Action;
/** A fault of it. */
export type PolicyFault = (sound: Acts) => Acts;

/** A policy that can be made to fail while it acts. */
export function faultyPolicy(sound: Acts): { readonly act: Acts; inject(fault: PolicyFault): void; clear(): void } {
  let act = sound;
  return {
    act: (observation, t) => act(observation, t),
    inject: (fault) => void (act = fault(sound)),
    clear: () => void (act = sound),
  };
}

/** Every number of the action is `x`: NaN, an infinity, or far outside [-1, 1]. */
export const emits =
  (x: number): PolicyFault =>
  (sound) =>
  async (observation, t) =>
    (await sound(observation, t)).map(() => x);

/** Full ahead and full back in turns: as far as an action can jump. */
export const thrashes: PolicyFault = (sound) => async (observation, t) =>
  (await sound(observation, t)).map(() => (t % 2 === 0 ? 1 : -1));

/** The first action again and again, whatever is seen. */
export const freezes: PolicyFault = (sound) => {
  let first: Promise<Action> | undefined;
  return async (observation, t) => (await (first ??= Promise.resolve(sound(observation, t)))).slice();
};

/** Never answers. */
export const hangs: PolicyFault = () => () => new Promise<Action>(() => {});

/** Answers after `wait`. */
export const dawdles =
  (wait: () => Promise<unknown>): PolicyFault =>
  (sound) =>
  async (observation, t) => {
    await wait();
    return sound(observation, t);
  };
