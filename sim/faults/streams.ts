import type { MonoTypeOperatorFunction } from "rxjs";
import { bufferCount, concatMap, defer, filter, from, ignoreElements, map, mergeMap, throwError } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Rng } from "../../src/domain/rng.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Seconds } from "../../src/domain/units.ts";

/** What befalls any stream of stamped messages. Time is read off the stamps themselves, so that lockstep and wall time are one. */
interface Stamped {
  readonly at: Seconds;
}

/** Nothing comes any more, and nobody is told. */
export const silent = <T>(): MonoTypeOperatorFunction<T> => ignoreElements() as MonoTypeOperatorFunction<T>;

/** The link breaks, and says so. */
export const severed =
  <T>(): MonoTypeOperatorFunction<T> =>
  () =>
    throwError(() => new OnarmError("link.lost", "the link was cut by a drill"));

/** Each message comes so late, s, in order: it is let go by the first that was stamped `wait(message)` after it. */
const held = <T extends Stamped>(wait: () => number): MonoTypeOperatorFunction<T> => {
  return (source$) =>
    defer(() => {
      const waiting: { readonly message: T; readonly until: number }[] = [];
      return source$.pipe(
        concatMap((message) => {
          waiting.push({ message, until: message.at + wait() });
          const due = waiting.findIndex(({ until }) => until > message.at + ROUNDING);
          return from(waiting.splice(0, due < 0 ? waiting.length : due).map((it) => it.message));
        }),
      );
    });
};
const ROUNDING = 1e-6;

export const late = <T extends Stamped>(by: Seconds): MonoTypeOperatorFunction<T> => held(() => by);

/** Each message is held up by a time of its own, up to `most` s; none overtakes another. */
export const jittered = <T extends Stamped>(most: Seconds, rng: Rng): MonoTypeOperatorFunction<T> =>
  held(() => rng.between(0, most));

/** A share of the messages is lost. */
export const lossy = <T>(share: number, rng: Rng): MonoTypeOperatorFunction<T> => filter(() => rng.uniform() >= share);

/** Only every n-th message comes: whoever sends has no time. */
export const sparse = <T>(n: number): MonoTypeOperatorFunction<T> => filter((_, k) => (k + 1) % n === 0);

/** Every message comes `times` times. */
export const duplicated = <T>(times = 2): MonoTypeOperatorFunction<T> => mergeMap((message) => Array<T>(times).fill(message));

/** Every second message overtakes the one before it. */
export const reordered = <T>(): MonoTypeOperatorFunction<T> => {
  return (source$) =>
    source$.pipe(
      bufferCount(2),
      concatMap(([first, second]) => [second!, first!]),
    );
};

/** Stamps are off by so much, s: the sender's clock has stepped. */
export const restamped = <T extends Stamped>(by: number): MonoTypeOperatorFunction<T> =>
  map((message) => ({ ...message, at: seconds(message.at + by) }));

/** The same message for ever, under fresh stamps: a sensor that hangs behind a link that lives. */
export const frozen = <T extends Stamped>(): MonoTypeOperatorFunction<T> => {
  return (source$) =>
    defer(() => {
      let first: T | undefined;
      return source$.pipe(map((message) => ({ ...(first ??= message), at: message.at })));
    });
};
