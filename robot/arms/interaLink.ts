import { BehaviorSubject, Subject, Subscription } from "rxjs";
import type { ArmState, ArmStatus } from "../../src/domain/arm.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Wire } from "../wire.ts";
import { besideOf } from "./interaBeside.ts";
import { cuffOver } from "./interaCuff.ts";
import { sameStatus, statusOf } from "./interaStatus.ts";
import type { InteraTopics } from "./interaTopics.ts";
import { jointLink, lostBecause } from "./jointLink.ts";

/** What comes from the robot: its joints, and its words on itself. */
export interface InteraLink {
  /** The present one: it errs with "link.lost" when the link is lost, and there is a new one at once, which is silent until the link is back. */
  state$(): Subject<ArmState>;
  /** Every word of the robot's on itself, changed or not; else as `state$`. */
  word$(): Subject<ArmStatus>;
  /** Changes only; undefined until the first. */
  status$(): BehaviorSubject<ArmStatus> | undefined;
  /** Why the link is lost, in a sentence; undefined while it is there. */
  lost(): string | undefined;
  close(): void;
}

export function interaLink(wire: Wire, robot: InteraTopics, joints: readonly string[], clock: Pick<Clock, "now">): InteraLink {
  const guards = new Subscription();
  let word$ = new Subject<ArmStatus>();
  let status$: BehaviorSubject<ArmStatus> | undefined;
  const link = jointLink({ wire, jointStates: robot.jointStates, joints, clock, beside: besideOf(robot, clock, guards) });
  guards.add(
    link.lost$.subscribe((why) => {
      const ended = word$;
      word$ = new Subject();
      ended.error(lostBecause(why));
    }),
  );
  let cuff: boolean | undefined;
  guards.add(
    cuffOver(wire).subscribe((squeezed) => {
      cuff = squeezed;
      // A hand is not waited for: what the robot said last of the rest still holds.
      if (squeezed && status$ && !status$.value.cuff) status$.next({ ...status$.value, at: clock.now(), cuff: true });
    }),
  );
  guards.add(
    robot.state.message$.subscribe((message) => {
      const said = { ...statusOf(message, clock.now()), ...(cuff === undefined ? {} : { cuff }) };
      if (status$ === undefined) status$ = new BehaviorSubject(said);
      else if (!sameStatus(said, status$.value)) status$.next(said);
      word$.next(said);
    }),
  );
  return {
    state$: link.state$,
    word$: () => word$,
    status$: () => status$,
    lost: link.lost,
    close() {
      guards.unsubscribe();
      link.close();
      for (const ended of [word$, status$]) ended?.complete();
    },
  };
}
