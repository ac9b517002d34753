import type { Observable } from "rxjs";
import { filter, ignoreElements, merge, tap } from "rxjs";
import type { ArmState } from "../domain/arm.ts";
import type { SceneState } from "../domain/scene.ts";
import type { Seconds } from "../domain/units.ts";
import type { Arm } from "../ports/arm.ts";
import type { Clock } from "../ports/clock.ts";
import type { Scene } from "../ports/scene.ts";

/** s: rounding between two reads of one clock. A stamp further ahead is from the future. */
const ROUNDING = 1e-6;
/** More drops than this within the window, s, and the stamps are in disorder. */
const DISORDER = 20;
const DISORDER_WINDOW = 1;

/** The freshest state and scene, each stamped later than the one before and not in the future; all else is dropped and counted. */
export interface Senses {
  state(): ArmState | undefined;
  scene(): SceneState | undefined;
  dropped(): number;
  /** True while more than 20 stamps were dropped in the last second before `at`. */
  disorderly(at: Seconds): boolean;
  /** Starts over, so that a source whose clock stepped back is heard again. */
  forget(): void;
  /** When it started over, while nothing has been heard since. */
  awaitedSince(): Seconds | undefined;
  /** Feeds the senses while subscribed. Emits nothing; errors when the arm's link does. */
  readonly feed$: Observable<never>;
}

export function senses(arm: Arm, scene: Scene | undefined, clock: Clock): Senses {
  let state: ArmState | undefined;
  let seen: SceneState | undefined;
  let forgotten: Seconds | undefined;
  let dropped = 0;
  const drops: Seconds[] = [];
  const inOrder = <T extends { readonly at: Seconds }>(latest: () => T | undefined) =>
    filter(({ at }: T) => {
      const now = clock.now();
      // Says what is good, so that a stamp of NaN is dropped too.
      if (at > (latest()?.at ?? -Infinity) && at <= now + ROUNDING) return true;
      dropped++;
      if (drops.push(now) > DISORDER + 1) drops.shift();
      return false;
    });
  const state$ = arm.state$.pipe(
    inOrder<ArmState>(() => state),
    tap((s) => (state = s)),
  );
  const scene$ = scene?.scene$.pipe(
    inOrder<SceneState>(() => seen),
    tap((s) => (seen = s)),
  );
  return {
    state: () => state,
    scene: () => seen,
    dropped: () => dropped,
    disorderly: (at) => drops.length > DISORDER && at - drops[0]! <= DISORDER_WINDOW,
    awaitedSince: () => (state === undefined ? forgotten : undefined),
    forget: () => {
      state = seen = undefined;
      forgotten = clock.now();
      drops.length = 0;
    },
    feed$: merge(state$, ...(scene$ ? [scene$] : [])).pipe(ignoreElements()),
  };
}
