import type { Margin } from "../domain/control.ts";
import type { Metres, MetresPerSec, Rad, Seconds, Vec3 } from "../domain/units.ts";
import type { OperatorCommand } from "./protocol.ts";

export type { Margin };

/** One step of the run as the operator sees it. `done` of `total`, in the stage's own unit; `total` 0 while it is not known. */
export interface Stage {
  readonly id: string;
  readonly title: string;
  readonly state: "waiting" | "running" | "done" | "failed";
  readonly done: number;
  readonly total: number;
  readonly note?: string;
}

/** The arm in one paced sample. `points`: origins of the links from base to tip, m in `base`: what the stick figure joins. */
export interface ArmView {
  /** Joint positions in the order of `description.commanded`, rad. */
  readonly position: readonly Rad[];
  readonly points: readonly Vec3[];
  readonly tip: Vec3;
  readonly tipSpeed?: MetresPerSec;
  /** Where the command that left leads within half a second, rad: what is asked of the arm beside what it does. */
  readonly commanded?: readonly Rad[];
  /** What the sample shows, in a word: the task's aim and when it was taken. */
  readonly caption?: string;
}

/** A thing in the scene, m in `base`. `travel` out of `range`: how far a drawer or locker is open or a button pressed. */
export type SceneMark =
  | {
      readonly kind: "drawer" | "locker";
      /** Foot of the closed front. */
      readonly position: Vec3;
      /** Unit direction in which it opens. */
      readonly opens: Vec3;
      readonly travel: Metres;
      readonly range: Metres;
    }
  | { readonly kind: "button"; readonly position: Vec3; readonly travel: Metres; readonly range: Metres }
  /** `position`: of a tray its foot's middle on the table, of a block its own middle. */
  | { readonly kind: "tray" | "object" | "brick"; readonly position: Vec3 }
  | { readonly kind: "goal"; readonly position: Vec3; readonly radius: Metres };

/** Held-out score: `success` share in [0, 1], `ci95` its interval. */
export interface Score {
  readonly success: number;
  readonly ci95: readonly [low: number, high: number];
  readonly return: number;
  readonly episodes?: number;
}

/** One curve. Names of one `group` share a plot's colour, not its scale. */
export interface Series {
  readonly name: string;
  readonly group: "decoded reward" | "loss";
  /** What x counts: steps or updates. */
  readonly over: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** How evenly control beats, and how old is what it sees; ms, over the last seconds but for `lateShare`, which is of the whole run. */
export interface Timing {
  readonly periodMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly lateShare: number;
  readonly stateAgeMs?: number;
  readonly sceneAgeMs?: number;
}

/** What a session may spend, and has. */
export interface BudgetView {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  readonly unit: string;
}

/** q(z|h) of the task that is driven. `kl`: of it from the prior, nats; `offlineKl`: what offline contexts give, where that is known. */
export interface BeliefView {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly kl: number;
  readonly offlineKl?: number;
  /** Episodes it rests on; 0: the prior. */
  readonly episodes: number;
}

/**
 * The reward now. `decoded`: by the decoder, of the last step, and how sure it is; `asks`: a person is asked for it, by a key that is held
 * while the aim is true or by a word at the end of the episode; `given`: what they say now.
 */
export interface RewardView {
  readonly decoded?: number;
  /** Standard deviation of the decoded reward. */
  readonly uncertainty?: number;
  readonly asks?: "hold" | "outcome";
  readonly given?: boolean;
}

/** What went wrong or is worth telling, newest last. `wall`: ISO 8601. */
export interface FaultView {
  readonly n: number;
  readonly wall: string;
  readonly level: "info" | "warn" | "fault";
  readonly code: string;
  readonly text: string;
  readonly remedy?: string;
}

/** One episode of the run. `keep` false: a person discards it from whatever is learned later. */
export interface EpisodeView {
  readonly number: number;
  readonly task: number;
  readonly aim: string;
  /** Which weights drove, the first figures of their hash. */
  readonly policy: string;
  readonly state: "running" | "done" | "cut";
  readonly steps: number;
  readonly seconds: number;
  readonly clamps: number;
  readonly stops: number;
  /** Mean decoded reward. */
  readonly decoded?: number;
  /** Mean of rewards that are no decoder's, and whose they are. */
  readonly reward?: number;
  readonly rewardSource?: "environment" | "person";
  readonly success?: boolean;
  /** Why it was cut short. */
  readonly cause?: string;
  readonly keep: boolean;
  readonly flag: boolean;
  readonly note: string;
}

/** Which weights drive, and what the gate said of them. */
export interface LearningView {
  readonly running: string;
  readonly since?: string;
  /** What a rollback leads to. */
  readonly previous?: string;
  readonly verdicts: readonly { readonly wall: string; readonly verdict: string; readonly reasons: readonly string[] }[];
}

/** The disk that is recorded to. `lost`: records that were given up. */
export interface DiskView {
  readonly freeBytes: number;
  readonly recordedBytes: number;
  readonly lost: number;
}

/** Everything the page shows. A snapshot: each one replaces the one before, so a client that missed some is never wrong. */
export interface PageState {
  /** Stamp of the snapshot, monotonic. */
  readonly at: Seconds;
  /** Control's mode, as in `Mode`. */
  readonly mode: string;
  /** Why, in words: the cause of a stop or a hold, else what is going on. */
  readonly reason: string;
  readonly stages: readonly Stage[];
  readonly arm?: ArmView;
  readonly scene: { readonly table?: Metres; readonly marks: readonly SceneMark[] };
  readonly before?: Score;
  readonly after?: Score;
  readonly series: readonly Series[];
  readonly counters: { readonly steps: number; readonly updates: number; readonly stops: number; readonly clamps: number };
  readonly gate?: { readonly verdict: "promote" | "refuse"; readonly reasons: readonly string[] };
  /** The commands that mean something now; the page offers these and no others. Stop is always offered. */
  readonly accepts: readonly OperatorCommand["kind"][];
  /** Number of the episode that is under way: what a replay is found by. */
  readonly episode?: number;
  readonly margins?: readonly Margin[];
  readonly timing?: Timing;
  readonly budgets?: readonly BudgetView[];
  readonly belief?: BeliefView;
  readonly reward?: RewardView;
  readonly disk?: DiskView;
  /** The lists below go out when they are other objects than before, at most once a second each. */
  readonly faults?: readonly FaultView[];
  readonly episodes?: readonly EpisodeView[];
  readonly learning?: LearningView;
}

/** Parts of a snapshot that travel by themselves, and only when they changed. */
export const slowParts = ["series", "faults", "episodes", "learning"] as const;
export type SlowPart = (typeof slowParts)[number];

/** One moment of an episode that is shown again. `at`: s since it began. */
export interface Frame {
  readonly at: number;
  readonly position: readonly Rad[];
  readonly tip: Vec3;
  readonly marks: readonly SceneMark[];
}

/** Points a curve keeps on the wire; past that every second one is dropped. */
export const maxPoints = 300;

/** `series` with one more point; bounded by thinning, the newest always kept. */
export function withPoint(series: Series, x: number, y: number): Series {
  const points = [...series.points, [x, y] as const];
  const last = points.length - 1;
  return { ...series, points: points.length <= maxPoints ? points : points.filter((_, i) => i % 2 === 0 || i === last) };
}
