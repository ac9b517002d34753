import type { Observable, Subscription } from "rxjs";
import type { JointCommand } from "../src/domain/arm.ts";
import type { Tick } from "../src/domain/control.ts";
import { seconds } from "../src/domain/units.ts";
import type { Seconds } from "../src/domain/units.ts";
import type { Environment } from "../src/ports/environment.ts";
import type { JointStateRecord, ModeRecord, VerdictRecord } from "../src/recording/records.ts";

/** What the arm did during one rollout, resets included; times count from the rollout's start, s. */
export interface RolloutTrace {
  readonly records: readonly (JointStateRecord | ModeRecord | VerdictRecord)[];
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

/** Joint states are kept at the policy's rate: in lockstep the command-rate stream can be computed again from seed and commands. */
const EVERY = 10;

/** Watches one rollout: wrap the environment, roll out, then `end()`. */
export function traceRollout<Task>(environment: Environment<Task>, watched: Watched | undefined) {
  const records: RolloutTrace["records"][number][] = [];
  const steps: { at: Seconds; sent?: JointCommand }[] = [];
  let origin: number | undefined;
  let now = 0;
  let sent: JointCommand | undefined;
  let mode = "";
  let [beat, stops, clamps] = [0, 0, 0];
  const subscription: Subscription | undefined = watched?.tick$.subscribe((tick) => {
    origin ??= tick.at;
    now = tick.at - origin;
    const at = seconds(now);
    if (tick.sent) sent = tick.sent;
    if (tick.state && beat++ % EVERY === 0)
      records.push({
        channel: "/joint_states",
        at,
        name: watched.joints,
        position: tick.state.position,
        velocity: tick.state.velocity,
        effort: tick.state.effort,
      });
    const named = JSON.stringify(tick.mode);
    if (named !== mode) {
      mode = named;
      records.push({ channel: "/onarm/mode", at, mode: tick.mode });
      if (tick.mode.is === "stopped") stops++;
    }
    if (tick.verdict && tick.verdict.kind !== "pass" && tick.command) {
      records.push({ channel: "/onarm/verdict", at, asked: tick.command, verdict: tick.verdict });
      if (tick.verdict.kind === "clamp") clamps++;
    }
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
