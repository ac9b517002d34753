import type { Observable, Subscription } from "rxjs";
import type { JointCommand } from "../src/domain/arm.ts";
import type { Tick } from "../src/domain/control.ts";
import { seconds } from "../src/domain/units.ts";
import type { Seconds } from "../src/domain/units.ts";
import type { Environment } from "../src/ports/environment.ts";
import { modeRecords, noticeRecords, stateRecords, verdictRecords } from "../src/recording/ticks.ts";
import type { Telling, TickRecord } from "../src/recording/ticks.ts";

/** What the arm did during one rollout, resets included; times count from the rollout's start, s. */
export interface RolloutTrace {
  readonly records: readonly TickRecord[];
  /** When each policy step was asked, and the command that was under way when it ended. */
  readonly steps: readonly { readonly at: Seconds; readonly sent?: JointCommand }[];
  readonly duration: Seconds;
  readonly stops: number;
  readonly clamps: number;
}

/** Where a domain's arm can be watched; a domain without an arm has none, and its traces hold step times alone. */
export interface Watched {
  readonly joints: readonly string[];
  readonly tick$: Observable<Tick>;
}

/**
 * Joint states and verdicts are kept at the policy's rate: in lockstep the command-rate stream can be computed again from seed and commands.
 * A verdict that changed or refused a command is always kept, with the state it rested on.
 */
const EVERY = 10;

/** Watches one rollout: wrap the environment, roll out, then `end()`. */
export function traceRollout<Task>(environment: Environment<Task>, watched: Watched | undefined) {
  const records: TickRecord[] = [];
  const steps: { at: Seconds; sent?: JointCommand }[] = [];
  let telling: Telling | undefined;
  let now = 0;
  let sent: JointCommand | undefined;
  let before: Tick | undefined;
  let kept: Tick | undefined;
  let [beat, stops, clamps] = [0, 0, 0];
  const subscription: Subscription | undefined = watched?.tick$.subscribe((tick) => {
    // The first state may be older than the first tick.
    telling ??= { joints: watched.joints, origin: seconds(Math.min(tick.at, tick.state?.at ?? tick.at)) };
    now = tick.at - telling.origin;
    if (tick.sent) sent = tick.sent;
    const due = tick.state !== undefined && beat++ % EVERY === 0;
    if (due || (tick.verdict && tick.verdict.kind !== "pass")) {
      records.push(...stateRecords(tick, kept, telling), ...verdictRecords(tick, telling));
      kept = tick;
    }
    records.push(...modeRecords(tick, before, telling), ...noticeRecords(tick, telling));
    if (tick.mode.is === "stopped" && before?.mode.is !== "stopped") stops++;
    if (tick.verdict?.kind === "clamp") clamps++;
    before = tick;
  });
  const traced: Environment<Task> = {
    ...environment,
    step: async (action) => {
      const at = seconds(now);
      const result = await environment.step(action);
      if (!watched) now += environment.spec.period;
      steps.push({ at, ...(sent ? { sent } : {}) });
      return result;
    },
  };
  return {
    environment: traced,
    end: (): RolloutTrace => {
      subscription?.unsubscribe();
      return { records, steps, duration: seconds(now), stops, clamps };
    },
  };
}
