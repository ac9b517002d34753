import { filter, firstValueFrom, ignoreElements, interval, merge, startWith, take, tap, throwError, timeout } from "rxjs";
import type { Observable } from "rxjs";

/** ms from one saying to the next: a topic has no answer, so a robot is told until its state shows that it heard. */
const AGAIN = 50;

export interface Insisting<S> {
  say(): void;
  /** What the robot says of itself, as it comes. Errs when it cannot be told any more. */
  readonly state$: Observable<S>;
  done(state: S): boolean;
  /** ms; `late` is what is thrown then. */
  readonly patience: number;
  late(): Error;
}

/** Says it now and again until the robot's own next state shows it done. Nothing is said any more once this has settled. */
export async function insist<S>({ say, state$, done, patience, late }: Insisting<S>): Promise<void> {
  const saying$ = interval(AGAIN).pipe(startWith(0), tap(say), ignoreElements());
  await firstValueFrom(
    merge(saying$, state$.pipe(filter(done))).pipe(take(1), timeout({ first: patience, with: () => throwError(late) })),
  );
}
