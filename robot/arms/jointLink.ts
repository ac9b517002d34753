import { combineLatest, distinctUntilChanged, map, Subject, Subscription } from "rxjs";
import type { Observable } from "rxjs";
import type { ArmState } from "../../src/domain/arm.ts";
import { isOnarmError, OnarmError } from "../../src/domain/errors.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { secondsOf } from "../ros1/messages.ts";
import type { Messages } from "../ros1/messages.ts";
import { stampsAt } from "../ros1/stamps.ts";
import type { Heard, Wire } from "../wire.ts";
import { jointsByName } from "./joints.ts";

type JointStates = Messages["sensor_msgs/JointState"];

export const lostBecause = (why: string) => new OnarmError("link.lost", why);

/** Joint states as they come. The link is lost with the graph, with the publisher of the joint states, or when those are not this arm's. */
export interface JointLink {
  /** The present one: it errs with "link.lost" when the link is lost, and there is a new one at once, which is silent until the link is back. */
  state$(): Subject<ArmState>;
  /** Why the link has been lost, each time; hot. */
  readonly lost$: Observable<string>;
  /** Why the link is lost, in a sentence; undefined while it is there. */
  lost(): string | undefined;
  close(): void;
}

export interface JointLinkOptions {
  readonly wire: Pick<Wire, "gone$">;
  readonly jointStates: Heard<JointStates>;
  readonly joints: readonly string[];
  readonly clock: Pick<Clock, "now">;
  /** What is known of the same moment from elsewhere. */
  readonly beside?: () => Partial<ArmState>;
}

export function jointLink({ wire, jointStates, joints, clock, beside = () => ({}) }: JointLinkOptions): JointLink {
  const guards = new Subscription();
  const lost$ = new Subject<string>();
  const select = jointsByName(joints, jointStates.topic);
  const stamped = stampsAt();
  let state$ = new Subject<ArmState>();
  /** The graph's reason, and the messages' own. */
  let gone: string | undefined;
  let broken: string | undefined;

  const lose = (why: string) => {
    const ended = state$;
    state$ = new Subject();
    ended.error(lostBecause(why));
    lost$.next(why);
  };
  const reason = ([graph, told]: readonly [string | undefined, boolean]) => {
    if (graph !== undefined) return graph;
    return told ? undefined : `nobody publishes ${jointStates.topic} any more; look at the robot and its cable`;
  };
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
  return {
    state$: () => state$,
    lost$: lost$.asObservable(),
    lost: () => gone ?? broken,
    close() {
      guards.unsubscribe();
      state$.complete();
      lost$.complete();
    },
  };
}
