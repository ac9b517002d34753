import type { Observable } from "rxjs";
import type { Seconds } from "../domain/units.ts";

/** Time for control. Paced: the monotonic clock. Lockstep: the simulation's own time, which moves only while `run` is awaited. */
export interface Clock {
  now(): Seconds;
  /** Unix time, s: for names, logs and other machines. It may step; nothing that moves asks it. Lockstep: simulated like `now`. */
  wall(): number;
  /** Emits at the command rate, before anything else happens in that period. Hot. */
  readonly beat$: Observable<Seconds>;
  /** Command period. */
  readonly period: Seconds;
  /** Lets time pass until `done()` is true, asked after every beat. Rejects when the clock is closed first. */
  run(done: () => boolean): Promise<void>;
}
