import { BehaviorSubject, combineLatest, distinctUntilChanged, map, Subject, Subscription } from "rxjs";
import type { ArmState, ArmStatus } from "../../src/domain/arm.ts";
import { isOnarmError, OnarmError } from "../../src/domain/errors.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { secondsOf } from "../ros1/messages.ts";
import { stampsAt } from "../ros1/stamps.ts";
import { besideOf } from "./interaBeside.ts";
import { cuffOver } from "./interaCuff.ts";
import { sameStatus, statusOf } from "./interaStatus.ts";
import type { InteraTopics } from "./interaTopics.ts";
import type { Wire } from "../wire.ts";
import { jointsByName } from "./joints.ts";

/** What comes from the robot. The link is lost with the graph, with the publisher of the joint states, or when those are not this arm's. */
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

export const lostBecause = (why: string) => new OnarmError("link.lost", why);

export function interaLink(wire: Wire, robot: InteraTopics, joints: readonly string[], clock: Pick<Clock, "now">): InteraLink {
  const guards = new Subscription();
  const select = jointsByName(joints);
  const stamped = stampsAt();
  const beside = besideOf(robot, clock, guards);
  let state$ = new Subject<ArmState>();
  let word$ = new Subject<ArmStatus>();
  let status$: BehaviorSubject<ArmStatus> | undefined;
  /** The graph's reason, and the messages' own. */
  let gone: string | undefined;
  let broken: string | undefined;

  const lose = (why: string) => {
    const [states, words] = [state$, word$];
    [state$, word$] = [new Subject(), new Subject()];
    for (const ended of [states, words]) ended.error(lostBecause(why));
  };
  const reason = ([graph, told]: readonly [string | undefined, boolean]) => {
    if (graph !== undefined) return graph;
    return told ? undefined : `nobody publishes ${robot.jointStates.topic} any more; look at the robot and its cable`;
  };
  const { jointStates, state } = robot;
  guards.add(
    combineLatest([wire.gone$, jointStates.linked$])
      .pipe(map(reason), distinctUntilChanged())
      .subscribe((why) => {
        gone = why;
        if (why !== undefined) lose(why);
      }),
  );
  guards.add(
    jointStates.message$.subscribe((message) => {
      if (gone !== undefined) return;
      try {
        const measured = select(message);
        if (measured === undefined) return;
        broken = undefined;
        state$.next({ at: stamped(secondsOf(message.header.stamp), clock.now()), ...measured, ...beside() });
      } catch (error) {
        if (!isOnarmError(error)) throw error;
        if (broken !== error.message) lose((broken = error.message));
      }
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
    state.message$.subscribe((message) => {
      const said = { ...statusOf(message, clock.now()), ...(cuff === undefined ? {} : { cuff }) };
      if (status$ === undefined) status$ = new BehaviorSubject(said);
      else if (!sameStatus(said, status$.value)) status$.next(said);
      word$.next(said);
    }),
  );
  return {
    state$: () => state$,
    word$: () => word$,
    status$: () => status$,
    lost: () => gone ?? broken,
    close() {
      guards.unsubscribe();
      for (const ended of [state$, word$, status$]) ended?.complete();
    },
  };
}
