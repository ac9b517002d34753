import type { MonoTypeOperatorFunction } from "rxjs";
import { BehaviorSubject, identity, switchMap } from "rxjs";

/** A place in a stream where a fault can be put in while it runs, and taken out again. Sound until told otherwise. */
export interface Switchable<T> {
  readonly through: MonoTypeOperatorFunction<T>;
  /** From the next message on; takes the place of a fault that is in. */
  inject(fault: MonoTypeOperatorFunction<T>): void;
  clear(): void;
}

export function switchable<T>(): Switchable<T> {
  const fault$ = new BehaviorSubject<MonoTypeOperatorFunction<T>>(identity);
  return {
    through: (source$) => fault$.pipe(switchMap((fault) => source$.pipe(fault))),
    inject: (fault) => fault$.next(fault),
    clear: () => fault$.next(identity),
  };
}
