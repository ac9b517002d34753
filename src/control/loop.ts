import type { MonoTypeOperatorFunction, Observable, OperatorFunction } from "rxjs";
import { EMPTY, catchError, connect, exhaustMap, filter, ignoreElements, map, merge, takeUntil, tap } from "rxjs";
import type { ArmState, JointCommand, SentCommand, StopReason, Verdict } from "../domain/arm.ts";
import type { Basis, Notice, Tick } from "../domain/control.ts";
import { isOnarmError } from "../domain/errors.ts";
import type { Mode } from "../domain/mode.ts";
import type { Seconds } from "../domain/units.ts";
import type { Arm } from "../ports/arm.ts";
import type { Clock } from "../ports/clock.ts";
import type { Authority } from "./authority.ts";
import type { Senses } from "./senses.ts";
import type { SetPoints } from "./setpoint.ts";
import { GONE, within } from "./supervisor.ts";
import type { Supervisor } from "./supervisor.ts";

type Judge = (now: Seconds, state: ArmState, command: JointCommand, previous?: SentCommand) => Verdict;

export interface LoopParts {
  readonly arm: Arm;
  readonly clock: Clock;
  readonly senses: Senses;
  readonly authority: Authority;
  readonly supervisor: Supervisor;
  readonly setPoints: SetPoints;
  /**
   * The governor. `easing` judges commands that only bring the arm to rest, which may rest on an older state than driving; `recovering`
   * judges an arm outside its limits that a person has reset: rest, and slowly back inside by hand, are all it lets out.
   */
  readonly judge: { readonly driving: Judge; readonly easing: Judge; readonly recovering: Judge };
  /** Whether the arm does what it was sent; else the cause of a stop. Asked once a beat. */
  readonly follows: (at: Seconds, state: ArmState, sent: SentCommand | undefined) => string | undefined;
  readonly outbox: Outbox;
}

/** What is known of sending: the last command the transport took, and since when one has been on its way. */
export interface Outbox {
  previous: SentCommand | undefined;
  previousAt: Seconds;
  inFlightSince: Seconds | undefined;
  justSent: JointCommand | undefined;
  clamps: number;
  ticks: number;
  crowded: number;
  /** A person has reset the arm since it was last inside its limits: being outside stops it no more. */
  excused: boolean;
  /** Why the arm counts as outside its limits, as of the last judgement. */
  outside: StopReason | undefined;
  /** Said from outside the loop; goes out with the next tick. */
  readonly notes: Notice[];
}
export const outbox = (): Outbox => ({
  previous: undefined,
  previousAt: 0 as Seconds,
  inFlightSince: undefined,
  justSent: undefined,
  clamps: 0,
  ticks: 0,
  crowded: 0,
  excused: false,
  outside: undefined,
  notes: [],
});

/** Commands older than this many periods say nothing of how the arm moves now. */
const MEMORY = 5;

/** beat -> senses -> supervision -> set-point -> verdict -> arm. Emits one Tick a beat, in every mode; sends only what a verdict let through. */
export const controlLoop = (parts: LoopParts): Observable<Tick> =>
  parts.clock.beat$.pipe(
    sampled(parts),
    supervised(parts),
    proposed(parts),
    judged(parts),
    latched(parts),
    dispatched(parts),
    counted(parts),
    stoppedOnError(parts),
  );

type Draft = Omit<Tick, "counters">;

const sampled = ({ clock, senses, authority }: LoopParts): OperatorFunction<Seconds, Draft> =>
  map(() => {
    const [state, scene] = [senses.state(), senses.scene()];
    // The clock's own word, not the beat's: a beat may carry its due time, and a state may be younger than that.
    return {
      at: clock.now(),
      mode: authority.mode(),
      intent: authority.intent(),
      ...(state && { state }),
      ...(scene && { scene }),
    };
  });

/** Lets the supervisor change the mode for what it sees; from here on the tick carries the mode as it stands. */
const supervised = ({ supervisor, authority, outbox }: LoopParts): MonoTypeOperatorFunction<Draft> =>
  map((tick) => {
    const notices = [...supervisor(tick), ...outbox.notes.splice(0)];
    return { ...tick, mode: authority.mode(), intent: authority.intent(), ...(notices.length > 0 && { notices }) };
  });

const drives = (mode: Mode) => mode.is === "running" || mode.is === "resetting" || mode.is === "manual";
const commands = (mode: Mode) => drives(mode) || mode.is === "idle" || mode.is === "holding";

/** Driving follows the intent; idle and holding ease to rest and go on saying "zero", since silence would leave the arm to its own time-out. */
const proposed = ({ clock, setPoints, outbox }: LoopParts): MonoTypeOperatorFunction<Draft> =>
  map((tick) => {
    const { at, mode, state, intent } = tick;
    // A state this old says nothing, and the supervisor has its reason not to have stopped yet.
    if (!state || !commands(mode) || !within(at, state.at, GONE)) {
      outbox.previous = undefined;
      setPoints.reseed();
      return tick;
    }
    if (outbox.previous && !(at - outbox.previousAt <= MEMORY * clock.period)) {
      outbox.previous = undefined;
      setPoints.reseed();
    }
    const before = outbox.previous?.value ?? state.velocity;
    return { ...tick, command: drives(mode) ? setPoints.follow(intent, state, before) : setPoints.brake(before) };
  });

/** Stops of an arm that stands where it may not be: a person can lead it back. */
const leavable: ReadonlySet<StopReason> = new Set(["joint.envelope", "workspace", "clearance"]);

const judged = ({ judge, follows, authority, outbox, setPoints }: LoopParts): MonoTypeOperatorFunction<Draft> =>
  map((tick) => {
    const { at, mode, state, command } = tick;
    if (!state || !command) return tick;
    // Nothing sent lately: acceleration is judged from what the arm does.
    const previous = outbox.previous ?? { kind: "velocity", value: state.velocity, period: command.period };
    let by: Basis["by"] = drives(mode) ? "driving" : "easing";
    const ask = () => judge[by](at, state, command, previous);
    let verdict = ask();
    outbox.outside = verdict.kind === "stop" && leavable.has(verdict.reason) ? verdict.reason : undefined;
    if (!outbox.outside) outbox.excused = false;
    else if (outbox.excused && (mode.is === "manual" || !drives(mode))) {
      by = "recovering";
      verdict = ask();
    }
    const astray = follows(at, state, outbox.previous);
    if (verdict.kind !== "stop" && astray !== undefined) {
      authority.fire({ on: "stop", cause: astray });
      return { ...tick, mode: authority.mode(), intent: authority.intent() };
    }
    if (verdict.kind === "clamp") {
      outbox.clamps++;
      setPoints.reseed();
    }
    return { ...tick, verdict, basis: { previous, by } };
  });

/** Before `dispatched`, so that a stop overtakes a slow send instead of being dropped behind it. */
const latched = ({ authority }: LoopParts): MonoTypeOperatorFunction<Draft> =>
  map((tick) => {
    if (tick.verdict?.kind !== "stop") return tick;
    authority.fire({ on: "stop", cause: tick.verdict.reason });
    return { ...tick, mode: authority.mode(), intent: authority.intent() };
  });

/** The tick goes on at once whether or not its command has been taken yet; a tick's `sent` is what was taken since the tick before. */
const dispatched = ({ arm, authority, outbox }: LoopParts): MonoTypeOperatorFunction<Draft> =>
  connect((tick$) =>
    merge(
      tick$.pipe(allowed(outbox), sent(arm, outbox, authority), ignoreElements()),
      tick$.pipe(
        map((tick) => {
          const { justSent } = outbox;
          outbox.justSent = undefined;
          return justSent ? { ...tick, sent: justSent } : tick;
        }),
      ),
    ),
  );

interface Leaving {
  readonly at: Seconds;
  readonly command: JointCommand;
}

/** The only way to a motor: out of a matched verdict. */
const allowed =
  (outbox: Outbox): OperatorFunction<Draft, Leaving> =>
  (tick$) =>
    tick$.pipe(
      map(({ at, verdict }) => (verdict && verdict.kind !== "stop" ? { at, command: verdict.command } : undefined)),
      filter((leaving) => leaving !== undefined),
      tap(() => void (outbox.inFlightSince !== undefined && outbox.crowded++)),
    );

/** exhaustMap: while one send is in flight, later commands are dropped and counted, never queued. An old command is a wrong one. */
const sent = (arm: Arm, outbox: Outbox, authority: Authority): OperatorFunction<Leaving, JointCommand> => {
  const stopped$ = authority.mode$.pipe(filter((mode) => mode.is === "stopped"));
  return exhaustMap(({ at, command }) => {
    outbox.inFlightSince = at;
    return arm.send(command).pipe(
      tap((taken) => {
        outbox.previous = sentAfter(outbox.previous, taken);
        [outbox.previousAt, outbox.justSent] = [at, taken];
      }),
      takeUntil(stopped$),
      catchError((error: unknown) => {
        authority.fire({ on: "stop", cause: isOnarmError(error) ? error.code : "link.lost" });
        return EMPTY;
      }),
      tap({ finalize: () => void (outbox.inFlightSince = undefined) }),
    );
  });
};

/** With the acceleration it meant, where the one before was of the same stream. */
const sentAfter = (before: SentCommand | undefined, taken: JointCommand): SentCommand =>
  before?.kind === "velocity" && taken.kind === "velocity"
    ? { ...taken, acceleration: taken.value.map((v, k) => (v - before.value[k]!) / taken.period) }
    : taken;

const counted = ({ authority, senses, outbox }: LoopParts): OperatorFunction<Draft, Tick> =>
  map((tick) => ({
    ...tick,
    counters: {
      ticks: ++outbox.ticks,
      clamps: outbox.clamps,
      stops: authority.stops(),
      dropped: senses.dropped() + outbox.crowded,
    },
  }));

/** A loop that fails is over: the arm is stopped before anybody hears of it. */
const stoppedOnError = ({ authority }: LoopParts): MonoTypeOperatorFunction<Tick> =>
  catchError((error: unknown) => {
    authority.fire({ on: "stop", cause: "loop.failed" });
    throw error;
  });
