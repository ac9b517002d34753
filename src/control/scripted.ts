import type { Action, Observation } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { ACTION_SPEED, OPEN_TRAVEL } from "../tasks/sawyer.ts";
import type { AimKind, SawyerAim } from "../tasks/sawyer.ts";
import { closeDrawer, closeLocker, facts, home, openDrawer, openLocker, pick, place, pressButton, reach } from "./primitives.ts";
import type { Facts, Primitive } from "./primitives.ts";

/** Steps after which a primitive that is still not done is given up for another one. */
const PATIENCE = 60;
/** Chance per step that a primitive is given up before it is done: then the next one begins from anywhere. */
const DISTRACTION = 0.02;
/** Chance per step that a finished primitive is kept up for another: a hand that rests is seen after everything it may do, so that resting tells nothing. */
const DWELL = 0.8;

export interface ScriptedOptions {
  /** Standard deviation of the Gaussian noise on every number of an action (which lies in [-1, 1]). */
  readonly noise?: number;
  /** The scene's drawn aim, and how often it is what is picked next; else any feasible primitive is. */
  readonly aim?: SawyerAim;
  readonly share?: number;
}

/** Chooses actions for one rollout of the sawyer domain: a rollout Controller. Make a fresh one for every rollout. */
export type Scripted = (observation: Observation) => Action;

/**
 * Picks a feasible primitive, runs it to completion, rests, picks another: data from nobody's aim in particular, unless an aim is said that
 * is picked more often. Every action carries noise (0.3 unless said otherwise) and is clipped.
 */
export function randomPrimitives(r: Rng, { noise = 0.3, aim, share = 0 }: ScriptedOptions = {}): Scripted {
  let current: Primitive | undefined;
  let steps = 0;
  let rests = false;
  const next = (seen: Facts) => (aim && r.uniform() < share ? primitiveOf(aim) : r.pick(feasible(seen))(r));
  return (observation) => {
    const seen = facts(observation);
    if (!current || steps >= PATIENCE || r.uniform() < (rests ? 1 - DWELL : DISTRACTION))
      [current, steps, rests] = [next(seen), 0, false];
    const wanted = current(seen);
    steps++;
    rests ||= wanted.done;
    return noisy(wanted, noise, r);
  };
}

/** Pursues one aim and keeps what it reached. `r` is drawn from for noise alone (0.3 unless said otherwise). */
export function goalDirected(aim: SawyerAim, r: Rng, { noise = 0.3 }: ScriptedOptions = {}): Scripted {
  const primitive = primitiveOf(aim);
  return (observation) => noisy(primitive(facts(observation)), noise, r);
}

/** The way back to where episodes start, with empty, open fingers; undefined when the hand is there. */
export function homing(observation: Observation): Action | undefined {
  const { v, grip, done } = home(facts(observation));
  return done ? undefined : Float32Array.from([...v.map((x) => clip(x / ACTION_SPEED)), grip]);
}

const primitives: Readonly<Record<Exclude<AimKind, "reach">, () => Primitive>> = {
  "open-drawer": openDrawer,
  "close-drawer": closeDrawer,
  "press-button": pressButton,
  "open-locker": openLocker,
  "close-locker": closeLocker,
  "pick-object": () => pick("object"),
  "place-object": place,
  "pick-brick": () => pick("brick"),
};

/** The primitive that makes `aim` true. */
export const primitiveOf = (aim: SawyerAim): Primitive => (aim.kind === "reach" ? reach(aim.goal) : primitives[aim.kind]());

/** All over the workspace, not only where there is work: a decoder knows nothing of places that no data show, and a policy that has strayed there does not come back. */
const anywhere = (r: Rng) => reach([r.between(0.43, 0.78), r.between(-0.29, 0.29), r.between(0.02, 0.28)]);

/** What can be done in a scene as it stands now, each equally likely. */
const feasible = ({ drawer, button, locker, tray, object, brick }: Facts): ((r: Rng) => Primitive)[] => [
  anywhere,
  ...(drawer ? [drawer.travel < OPEN_TRAVEL ? openDrawer : closeDrawer] : []),
  ...(button ? [pressButton] : []),
  ...(button && locker ? [locker.travel < OPEN_TRAVEL ? openLocker : closeLocker] : []),
  ...(object ? [() => pick("object")] : []),
  ...(object && tray ? [place] : []),
  ...(brick && !(locker && locker.travel < OPEN_TRAVEL) ? [() => pick("brick")] : []),
];

const clip = (x: number) => Math.min(1, Math.max(-1, x));
const noisy = ({ v, grip }: ReturnType<Primitive>, noise: number, r: Rng): Action =>
  Float32Array.from([...v.map((x) => x / ACTION_SPEED), grip], (x) => clip(clip(x) + noise * r.normal()));
