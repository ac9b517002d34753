import { z } from "zod";
import type { Metres, MetresPerSec, Rad, Seconds, Vec3 } from "../domain/units.ts";

/** Name of the WebSocket sub-protocol at `/ws`. JSON text frames, one message each. */
export const subProtocol = "onarm.v1";
/** A client's frame may be no longer than this, bytes: nothing a client has to say is. */
export const maxFrameBytes = 4096;

const slow = (most: number) => z.number().min(-most).max(most);

/** What a client may send. Strict: a frame with an unknown field is no message. */
const clientMessage = z.discriminatedUnion("type", [
  /** Protective stop. Latches. Never rate-limited. */
  z.strictObject({ type: z.literal("stop") }),
  /** Come to rest and hold; `resume` goes on. */
  z.strictObject({ type: z.literal("hold") }),
  z.strictObject({ type: z.literal("resume") }),
  /** Out of a latched stop lead only these three, each a deliberate act. */
  z.strictObject({ type: z.literal("reset") }),
  z.strictObject({ type: z.literal("enable") }),
  z.strictObject({ type: z.literal("start") }),
  /** Lead an arm that is outside its limits slowly back inside: repeated at least every 0.2 s while a person holds on; silence is rest. */
  z.strictObject({ type: z.literal("recover") }),
  /** Drive by hand: the tip, m/s in base, or one joint, rad/s. As `recover`: repeated while a person holds on. Slow by its very bounds. */
  z.strictObject({ type: z.literal("jog"), linear: z.tuple([slow(0.1), slow(0.1), slow(0.1)]) }),
  z.strictObject({ type: z.literal("jog-joint"), joint: z.int().min(0).max(63), speed: slow(0.3) }),
  /** Ends what the policy does, in order, so that a person may drive; `start` hands back. */
  z.strictObject({ type: z.literal("take-over") }),
  /** The write lease: whose commands count. Free, it goes to whoever commands first; held by another, only `lease` takes it over. */
  z.strictObject({ type: z.literal("lease") }),
  z.strictObject({ type: z.literal("release") }),
  /** Answered by a `pong` with the same number. */
  z.strictObject({ type: z.literal("ping"), n: z.int().min(0) }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** What stays between client and server. */
type Talk = "ping" | "lease" | "release";
type Deed = Exclude<ClientMessage, { readonly type: Talk }>;

/** What the operator asks of whoever runs the arm. `by`: which of the clients, for the record. */
export type OperatorCommand = Deed extends infer D
  ? D extends { readonly type: infer K }
    ? Omit<D, "type"> & { readonly kind: K; readonly by?: string }
    : never
  : never;

/** operator: may command, one at a time. viewer: may look, and may stop, as anybody may. */
export type Role = "operator" | "viewer";

/** One line of the record of who did what: came, left, took the lease, commanded, was refused. */
export interface AuditEntry {
  readonly by: string;
  readonly role: Role;
  readonly what: string;
}

/** The one parser of client frames. `undefined` for anything that is not exactly one message. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    return clientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What the server sends. `state` is the latest only (older ones are dropped); `series` comes when it changed, at most once a second. */
export type ServerMessage =
  | { readonly type: "hello"; readonly protocol: typeof subProtocol; readonly role: Role; readonly name: string }
  /** Whose commands count now; null: the next one's. */
  | { readonly type: "lease"; readonly holder: string | null }
  /** A command that was not passed on, and why. */
  | { readonly type: "refused"; readonly command: string; readonly reason: string }
  | { readonly type: "state"; readonly state: Omit<PageState, "series"> }
  | { readonly type: "series"; readonly series: readonly Series[] }
  /** Nothing new, but the link lives: sent after 250 ms of silence. */
  | { readonly type: "alive" }
  | { readonly type: "pong"; readonly n: number };

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
  /** What the sample shows, in a word: the task's aim and when it was taken. */
  readonly caption?: string;
}

/** A thing in the scene, m in `base`. `travel` out of `range`: how far a drawer is open or a button pressed. */
export type SceneMark =
  | {
      readonly kind: "drawer";
      /** Foot of the closed front. */
      readonly position: Vec3;
      /** Unit direction in which it opens. */
      readonly opens: Vec3;
      readonly travel: Metres;
      readonly range: Metres;
    }
  | { readonly kind: "button"; readonly position: Vec3; readonly travel: Metres; readonly range: Metres }
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
}

/** Points a curve keeps on the wire; past that every second one is dropped. */
export const maxPoints = 300;

/** `series` with one more point; bounded by thinning, the newest always kept. */
export function withPoint(series: Series, x: number, y: number): Series {
  const points = [...series.points, [x, y] as const];
  const last = points.length - 1;
  return { ...series, points: points.length <= maxPoints ? points : points.filter((_, i) => i % 2 === 0 || i === last) };
}
