import { BehaviorSubject, of, Subject, throwError } from "rxjs";
import { assembled, cleared, enabled, stoppedBySoftware } from "../../sim/assembly.ts";
import type { ArmState, ArmStatus, JointCommand } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { newtonMetres, rad, radPerSec, seconds } from "../../src/domain/units.ts";
import type { Seconds } from "../../src/domain/units.ts";
import type { Arm } from "../../src/ports/arm.ts";

const PERIOD = 0.01;

/**
 * An arm without physics: positions are reached at once, a velocity is followed for one period. Time passes in `tick`, which emits a state.
 * It remembers every command it took, can be made to say anything, and can lose its link.
 */
export function fakeArm(joints: readonly string[] = ["j0", "j1"]) {
  const state$ = new Subject<ArmState>();
  const status$ = new BehaviorSubject<ArmStatus>(assembled(seconds(0), true));
  const sent: JointCommand[] = [];
  let position = joints.map(() => 0);
  let velocity = joints.map(() => 0);
  let now = seconds(0);
  let open = true;
  let halts = 0;

  const lost = () => new OnarmError("link.lost", "the fake arm is gone");
  const become = async (step: (status: ArmStatus, at: Seconds) => ArmStatus) => {
    if (!open) throw lost();
    const next = step(status$.value, now);
    if (next !== status$.value) status$.next(next);
    velocity = joints.map(() => 0);
  };
  const end = (finish: (subject: Subject<ArmState> | Subject<ArmStatus>) => void) => {
    open = false;
    [state$, status$].forEach((subject) => finish(subject as Subject<ArmState> | Subject<ArmStatus>));
  };

  const arm: Arm = {
    name: "fake",
    joints,
    state$: state$.asObservable(),
    status$: status$.asObservable(),
    send(command) {
      if (!open) return throwError(lost);
      if (command.value.length !== joints.length || !command.value.every(Number.isFinite))
        return throwError(() => new OnarmError("arm.refused", "that is no command for this arm"));
      sent.push(command);
      if (status$.value.enabled) {
        velocity = joints.map((_, i) => (command.kind === "velocity" ? command.value[i]! : 0));
        if (command.kind === "position") position = [...command.value];
      }
      return of(command);
    },
    halt: () => (halts++, become(stoppedBySoftware)),
    reset: () => become(cleared),
    enable: () => become(enabled),
    close: async () => end((subject) => subject.complete()),
  };

  return {
    arm,
    sent,
    halts: () => halts,
    now: () => now,
    tick() {
      now = seconds(now + PERIOD);
      position = position.map((q, i) => q + velocity[i]! * PERIOD);
      state$.next({
        at: now,
        position: position.map(rad),
        velocity: velocity.map(radPerSec),
        effort: joints.map(() => newtonMetres(0)),
      });
      velocity = joints.map(() => 0);
    },
    emit: (state: ArmState) => state$.next(state),
    say: (status: Partial<ArmStatus>) => status$.next({ ...status$.value, at: now, ...status }),
    lose: () => end((subject) => subject.error(lost())),
  };
}
