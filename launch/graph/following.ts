import { sampleTime, Subscription, takeWhile } from "rxjs";
import type { Controller } from "../../src/control/controller.ts";
import type { Limits } from "../../src/domain/arm.ts";
import type { TrajectoryCode, TrajectoryGoal } from "./protocol.ts";
import { wayOf } from "./trajectory.ts";

/** 1/s: how the control loop approaches a posture, so that a posture ahead of the way by its speed asks for that speed. */
const APPROACH = 3;
/** rad off the way, as the vendor's own trajectory server has it; rad at its end; s that the end may be late; ms between two tellings. */
const PATH = 0.2;
const END = 0.02;
const LATE = 2;
const TELL = 100;

export interface Followed {
  readonly code: TrajectoryCode;
  readonly text: string;
  readonly canceled?: boolean;
}

/**
 * Follows a trajectory through the control loop, which shapes and judges every set-point as it does a person's hand. Only from rest: who drives otherwise
 * has been taken over from first. `went` is told what is wanted and what is measured. Resolves when the arm is there, has left its way, was
 * stopped, or `cancel` was called; never rejects.
 */
export function following(
  controller: Controller,
  limits: Limits,
  went: (desired: readonly number[], actual: readonly number[]) => void,
) {
  let cancel: (() => void) | undefined;
  const follow = async (goal: TrajectoryGoal): Promise<Followed> => {
    const { is } = controller.mode();
    if (cancel !== undefined) return { code: -1, text: "another trajectory is under way; cancel it first" };
    if (is !== "idle")
      return { code: -1, text: `the arm is ${is}: a trajectory begins when it is idle; take over first, or enable it` };
    const measured = controller.state()?.position;
    if (measured === undefined) return { code: -1, text: "the arm has not said where it is" };
    let way: ReturnType<typeof wayOf>;
    try {
      way = wayOf(goal, limits, measured);
      controller.startManual();
    } catch (error) {
      return { code: -1, text: (error as Error).message };
    }
    const names = limits.joints.map(({ name }) => name);
    const lifetime = new Subscription();
    let began: number | undefined;
    let desired = measured;
    const ended = await new Promise<Followed>((end) => {
      cancel = () => end({ code: 0, text: "canceled", canceled: true });
      const ticks$ = controller.tick$;
      lifetime.add(
        ticks$.subscribe({
          next: ({ at, mode, state }) => {
            if (state === undefined) return;
            if (mode.is !== "manual")
              return end({ code: -4, text: `the arm is ${mode.is}${"cause" in mode ? ` (${mode.cause})` : ""}` });
            began ??= at;
            const t = at - began;
            const { q, v } = way.at(t);
            desired = q as typeof desired;
            const off = state.position.map((x, i) => Math.abs(x - q[i]!));
            const astray = names.findIndex((name, i) => !(off[i]! <= (goal.path[name] ?? PATH)));
            if (astray >= 0) return end({ code: -4, text: `${names[astray]} is ${off[astray]!.toFixed(3)} rad off its way` });
            if (t >= way.duration) {
              const wide = names.findIndex((name, i) => !(off[i]! <= (goal.end[name] ?? END)));
              if (wide === -1) return end({ code: 0, text: "" });
              if (t >= way.duration + (goal.late > 0 ? goal.late : LATE))
                return end({ code: -5, text: `${names[wide]} is ${off[wide]!.toFixed(3)} rad from its end` });
            }
            controller.setIntent({ kind: "posture", q: q.map((x, i) => x + v[i]! / APPROACH) });
          },
          error: () => end({ code: -4, text: "the control loop ended" }),
          complete: () => end({ code: -4, text: "the control loop ended" }),
        }),
      );
      lifetime.add(
        ticks$
          .pipe(
            sampleTime(TELL),
            takeWhile(({ mode }) => mode.is === "manual"),
          )
          .subscribe({ next: ({ state }) => state && went(desired, state.position), error: () => {} }),
      );
    });
    lifetime.unsubscribe();
    cancel = undefined;
    if (controller.mode().is === "manual") controller.event({ on: "finish" });
    return ended;
  };
  return { follow, cancel: () => cancel?.() };
}
