import type { MonoTypeOperatorFunction } from "rxjs";
import { defer, map, NEVER, of } from "rxjs";
import type { ArmState, ArmStatus } from "../../src/domain/arm.ts";
import { newtonMetres, rad, radPerSec } from "../../src/domain/units.ts";
import type { Arm } from "../../src/ports/arm.ts";
import { switchable } from "./switchable.ts";
import type { Switchable } from "./switchable.ts";

/** What becomes of a command on its way to the arm. */
export type SendFault = (send: Arm["send"]) => Arm["send"];

/** An arm whose every stream and command can be made to fail while it runs. Stops, resets and enables reach it as they are. */
export interface FaultyArm {
  readonly arm: Arm;
  readonly states: Switchable<ArmState>;
  readonly statuses: Switchable<ArmStatus>;
  readonly sends: { inject(fault: SendFault): void; clear(): void };
}

export function faultyArm(sound: Arm): FaultyArm {
  const states = switchable<ArmState>();
  const statuses = switchable<ArmStatus>();
  const straight = sound.send.bind(sound);
  let send = straight;
  return {
    arm: {
      ...sound,
      state$: sound.state$.pipe(states.through),
      status$: sound.status$.pipe(statuses.through),
      send: (command) => send(command),
    },
    states,
    statuses,
    sends: { inject: (fault) => void (send = fault(straight)), clear: () => void (send = straight) },
  };
}

/** The transport takes every command and the arm hears none: a one-way link. */
export const swallowed: SendFault = () => (command) => of(command);
/** The transport does not say that it took anything. */
export const stuck: SendFault = () => () => NEVER;
/** Only every n-th command gets through. */
export const thinned = (n: number): SendFault => {
  let count = 0;
  return (send) => (command) => defer(() => (++count % n === 0 ? send(command) : of(command)));
};

const told = (more: (state: ArmState) => Partial<ArmState>): MonoTypeOperatorFunction<ArmState> =>
  map((state) => ({ ...state, ...more(state) }));
const withJoint = <T>(of: readonly T[], joint: number, value: T): T[] => of.map((x, i) => (i === joint ? value : x));

/** A number of the state is none. */
export const notANumber = (what: "position" | "velocity" | "effort", joint: number): MonoTypeOperatorFunction<ArmState> =>
  told((state) => ({ [what]: withJoint<number>(state[what], joint, NaN) }) as Partial<ArmState>);

/** A joint stands so far, rad, from where it was: pushed by somebody. */
export const displaced = (joint: number, by: number): MonoTypeOperatorFunction<ArmState> =>
  told(({ position }) => ({ position: withJoint(position, joint, rad(position[joint]! + by)) }));

/** A joint moves so much faster, rad/s, than it was told. */
export const rushed = (joint: number, by: number): MonoTypeOperatorFunction<ArmState> =>
  told(({ velocity }) => ({ velocity: withJoint(velocity, joint, radPerSec(velocity[joint]! + by)) }));

/** A joint's motor works so hard, N m. */
export const strained = (joint: number, effort: number): MonoTypeOperatorFunction<ArmState> =>
  told((state) => ({ effort: withJoint(state.effort, joint, newtonMetres(effort)) }));

/** The world pushes on the tip: force N, torque N m, in base. */
export const pushed = (wrench: NonNullable<ArmState["wrench"]>): MonoTypeOperatorFunction<ArmState> => told(() => ({ wrench }));

/** The arm's own collision detection speaks. */
export const collided = (): MonoTypeOperatorFunction<ArmState> => told(() => ({ collision: true }));

/** The arm says something else of itself. */
export const claims = (what: Partial<ArmStatus>): MonoTypeOperatorFunction<ArmStatus> =>
  map((status) => ({ ...status, ...what }));
