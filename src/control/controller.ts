import type { Observable } from "rxjs";
import { Subject, Subscription, retry, tap } from "rxjs";
import type { ArmDescription, ArmState, ArmStatus, ExplorationBudget, Limits } from "../domain/arm.ts";
import type { Counters, Intent, Notice, Tick } from "../domain/control.ts";
import { OnarmError } from "../domain/errors.ts";
import type { Mode, ModeEvent } from "../domain/mode.ts";
import type { SceneState } from "../domain/scene.ts";
import type { Arm } from "../ports/arm.ts";
import type { Clock } from "../ports/clock.ts";
import type { Scene } from "../ports/scene.ts";
import { governor } from "../safety/governor.ts";
import { authority as makeAuthority } from "./authority.ts";
import { exploring } from "./exploring.ts";
import type { Exploration } from "./exploring.ts";
import { following } from "./following.ts";
import { controlLoop, outbox as makeOutbox } from "./loop.ts";
import { senses as makeSenses } from "./senses.ts";
import { setPoints as makeSetPoints } from "./setpoint.ts";
import { GONE, answers, supervisor as makeSupervisor } from "./supervisor.ts";

export interface ControllerParts {
  readonly arm: Arm;
  readonly scene?: Scene;
  readonly clock: Clock;
  readonly description: ArmDescription;
  readonly limits: Limits;
  /** What this session may spend; a spent one ends driving for good. Absent: unbounded, as in lockstep simulation. */
  readonly exploration?: ExplorationBudget;
}

/** The running control loop of one arm. It begins with the first beat after it was made and ends with `close`; the ports stay the caller's. */
export interface Controller {
  readonly mode$: Observable<Mode>;
  /** Hot: one Tick a beat in every mode. A subscriber that throws is its own problem, never the loop's. */
  readonly tick$: Observable<Tick>;
  mode(): Mode;
  /** Freshest accepted state and scene. */
  state(): ArmState | undefined;
  scene(): SceneState | undefined;
  counters(): Counters;
  /** What has been spent so far, and which budget is used up, if one is. */
  exploration(): Exploration;
  /** Why the arm stands where it may not be; only driving by hand leads it back. */
  outside(): string | undefined;
  /**
   * From the next beat on, for 0.18 s: who wants to go on moving says so again. An intent that is not finite is refused: hold, and the
   * third in a row stops the arm.
   */
  setIntent(intent: Intent): void;
  /** False when the mode refuses it. */
  event(event: ModeEvent): boolean;
  /** The three deliberate acts out of a stop, in this order. Each throws "mode.refused" out of turn; reset and enable also "arm.refused". */
  reset(): Promise<void>;
  enable(): Promise<void>;
  start(): void;
  /** A person drives from now on, by intents renewed within 0.18 s, outside the limits slowly back inside only; ends by itself when they cease. */
  startManual(): void;
  stop(cause: string): void;
  /** Puts a word into the next tick. */
  note(notice: Notice): void;
  /** Eases the arm to rest where it is still obeyed, then lets go. Idempotent. */
  close(): Promise<void>;
}

/** s of the clock that closing waits for the arm to come to rest; speeds below this (rad/s) are rest: the arm's own dead band. */
const EASE = 1;
const REST = 0.002;

export function createController({ arm, scene, clock, description, limits, exploration }: ControllerParts): Controller {
  // Rejects only with "link.lost": then the arm's own time-out is what stops it, and the mode is latched all the same.
  const authority = makeAuthority(arm.joints.length, () => void arm.halt().catch(() => {}));
  const senses = makeSenses(arm, scene, clock);
  const outbox = makeOutbox();
  const explorer = exploring(description, limits, exploration, clock.period);
  let status: ArmStatus | undefined;
  let closed = false;

  const supervisor = makeSupervisor({
    authority,
    senses,
    period: clock.period,
    maxStateAge: limits.maxStateAge,
    sees: scene !== undefined,
    status: () => status,
    inFlightSince: () => outbox.inFlightSince,
    wall: () => clock.wall(),
    spent: (tick) => explorer.spend(tick, outbox.clamps),
  });
  const ticks$ = new Subject<Tick>();
  const loop$ = controlLoop({
    arm,
    clock,
    senses,
    authority,
    supervisor,
    setPoints: makeSetPoints(description, limits, clock.period),
    judge: {
      driving: governor(description, limits),
      easing: governor(description, { ...limits, maxStateAge: GONE }),
      recovering: governor(description, { ...limits, maxStateAge: GONE }, { recovery: true }),
    },
    follows: following(limits, arm.joints.length, clock.period),
    outbox,
  });

  const lost = () => {
    const { is } = authority.mode();
    authority.fire(is === "disabled" || is === "offline" ? { on: "lost" } : { on: "stop", cause: "link.lost" });
  };
  /** The mode follows the arm's word: a stop latches, motors off disables, motors on only ever leads to idle. */
  const heed = (said: ArmStatus) => {
    status = said;
    if (said.stopped) authority.fire({ on: "stop", cause: "arm.stopped" });
    else authority.fire({ on: answers(said) ? "enabled" : "disabled" });
  };
  const again = retry({ delay: () => (lost(), clock.beat$) });

  // The one place that subscribes: what is begun here ends in `close`. The senses come first, so that a beat finds them fed.
  const lifetime = new Subscription();
  lifetime.add(senses.feed$.pipe(again).subscribe());
  lifetime.add(arm.status$.pipe(tap(heed), again).subscribe());
  lifetime.add(loop$.subscribe(ticks$));

  const must = (done: boolean, act: string) => {
    if (!done)
      throw new OnarmError("mode.refused", `${act} is refused while the arm is ${authority.mode().is}`, {
        mode: authority.mode(),
      });
  };
  const notToDrive = (): string | undefined => {
    const { spent } = explorer.state();
    return outbox.outside
      ? `the arm is outside its limits (${outbox.outside}): drive it back by hand first`
      : spent && `the session's ${spent} is used up: begin a new session`;
  };
  const counters = (): Counters => ({
    ticks: outbox.ticks,
    clamps: outbox.clamps,
    stops: authority.stops(),
    dropped: senses.dropped() + outbox.crowded,
  });
  const resting = () => outbox.previous === undefined || outbox.previous.value.every((v) => Math.abs(v) < REST);

  return {
    mode$: authority.mode$,
    tick$: ticks$.asObservable(),
    mode: authority.mode,
    state: senses.state,
    scene: senses.scene,
    counters,
    exploration: explorer.state,
    outside: () => outbox.outside,
    setIntent: (intent) => authority.want(intent, clock.now()),
    event: (event) => ((event.on === "start" || event.on === "start-reset") && notToDrive() ? false : authority.fire(event)),
    reset: async () => {
      must(authority.mode().is === "stopped", "reset");
      // A stop of ours may not have reached the arm, and an arm that is not stopped refuses its reset.
      if (!status?.stopped) await arm.halt();
      await arm.reset();
      senses.forget();
      outbox.excused = true;
      must(authority.fire({ on: "reset" }), "reset");
    },
    enable: async () => {
      must(authority.mode().is === "disabled", "enable");
      await arm.enable();
      // The arm's own word may have come first.
      if (authority.mode().is !== "idle") must(authority.fire({ on: "enabled" }), "enable");
    },
    start: () => {
      const why = notToDrive();
      if (why) throw new OnarmError("mode.refused", `start is refused: ${why}`, { why });
      must(authority.fire({ on: "start" }), "start");
    },
    startManual: () => must(authority.fire({ on: "start-manual" }), "driving by hand"),
    note: (notice) => void outbox.notes.push(notice),
    stop: (cause) => void authority.fire({ on: "stop", cause }),
    close: async () => {
      if (closed) return;
      closed = true;
      authority.fire({ on: "finish" });
      const until = clock.now() + EASE;
      // A clock that is closed already lets no time pass: then there is nothing left to ease.
      if (authority.mode().is === "idle" && !resting()) await clock.run(() => resting() || clock.now() >= until).catch(() => {});
      lifetime.unsubscribe();
      ticks$.complete();
      authority.close();
    },
  };
}
