import type { ArmState, JointCommand, SentCommand, Verdict } from "../domain/arm.ts";
import type { Basis } from "../domain/control.ts";
import type { Action, Observation } from "../domain/experience.ts";
import type { Mode } from "../domain/mode.ts";
import type { SceneSpec } from "../domain/scene.ts";
import type { Seconds } from "../domain/units.ts";

/** What a run was made from, pinned in the file and again in the header of every episode. Hashes are sha-256, hexadecimal. */
export interface Provenance {
  readonly config: string;
  readonly bundle: string;
  /** Identity of the calibration in force, or "none". */
  readonly calibration: string;
  readonly seed: number;
  /** Commit of the program. */
  readonly commit: string;
}

/** Opens a recording. `wallOffset`: Unix time of the instant the records' own clock calls zero, s; 0 where time is simulated. */
export interface RecordingHeader extends Provenance {
  readonly arm: string;
  readonly domain: string;
  readonly wallOffset: number;
}

/** A measured joint state; `name` (ASCII) gives the order. rad, rad/s, N.m. Kept to the nanosecond, numbers to the last bit. */
export interface JointStateRecord {
  readonly channel: "/joint_states";
  readonly at: Seconds;
  readonly name: readonly string[];
  readonly position: readonly number[];
  readonly velocity: readonly number[];
  readonly effort: readonly number[];
}

/** What an arm measures or tells beside its joints, at the stamp of the joint state it belongs to. Absent: the arm has no such sense. */
export interface SensedRecord extends Pick<ArmState, "wrench" | "collision" | "tip" | "heard"> {
  readonly channel: "/onarm/sensed";
  readonly at: Seconds;
}

/**
 * What was asked of the governor and what it said; a command that passed or was clamped is in the verdict. `state`: stamp of the joint state
 * it rested on, `previous` and `by`: see Basis. With all three the judgement can be repeated to the last bit; older recordings lack them.
 */
export interface VerdictRecord {
  readonly channel: "/onarm/verdict";
  readonly at: Seconds;
  readonly asked: JointCommand;
  readonly verdict: Verdict;
  readonly state?: Seconds;
  readonly previous?: SentCommand;
  readonly by?: Basis["by"];
}

export interface ModeRecord {
  readonly channel: "/onarm/mode";
  readonly at: Seconds;
  readonly mode: Mode;
}

export interface EpisodeBegin extends Provenance {
  readonly channel: "/onarm/episode";
  readonly phase: "begin";
  readonly at: Seconds;
  readonly episode: number;
  readonly task: number;
  /** Counts promotions in this run; 0 is the bundle that was loaded. */
  readonly policyVersion: number;
  /** How the scene was set out, m in `base`, and what its task asks for, in a word. Absent where an arm has no scene, and in older recordings. */
  readonly scene?: SceneSpec;
  readonly aim?: string;
  /** Hash of what the numbers of observations and actions mean: names, units, offsets, scales. Absent in older recordings. */
  readonly fields?: string;
}

export interface EpisodeEnd {
  readonly channel: "/onarm/episode";
  readonly phase: "end";
  readonly at: Seconds;
  readonly episode: number;
  readonly steps: number;
  /** Seen after the last action, so that the transitions make a whole trajectory; empty where it is not known. */
  readonly last: Observation;
  readonly terminated: boolean;
  /** A person drove during it. */
  readonly human: boolean;
  /** Absent where nobody knows, as in practice without rewards. */
  readonly success?: boolean;
  readonly stops: number;
  readonly clamps: number;
}

/** One step of the policy: `observation` was seen, then `action` asked; `sent`: the command the arm really took, if one left. */
export interface TransitionRecord {
  readonly channel: "/onarm/transition";
  readonly at: Seconds;
  readonly episode: number;
  readonly step: number;
  readonly observation: Observation;
  readonly action: Action;
  readonly sent?: JointCommand;
  /** A person moved the arm in this step: by its cuff, or by hand from the page. Absent where nobody did. */
  readonly human?: boolean;
}

/** Rewards of a finished episode, one a step, and who gave them. */
export interface LabelRecord {
  readonly channel: "/onarm/label";
  readonly at: Seconds;
  readonly episode: number;
  readonly reward: Float32Array;
  readonly source: "environment" | "decoded" | "person";
}

/** Anything else worth finding again. A number in `detail` that is not finite is kept as its name ("NaN"). */
export interface EventRecord {
  readonly channel: "/onarm/event";
  readonly at: Seconds;
  readonly level: "info" | "warn" | "fault";
  /** A fault code, or the name of the event. */
  readonly code: string;
  readonly text: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Everything a recording can hold. `at`: seconds on the run's own monotonic clock, from 0. */
export type Recorded =
  | JointStateRecord
  | SensedRecord
  | VerdictRecord
  | ModeRecord
  | EpisodeBegin
  | EpisodeEnd
  | TransitionRecord
  | LabelRecord
  | EventRecord;

export type ChannelName = Recorded["channel"];

/** Streams of the command rate: the first to be dropped when the disk cannot follow, because the others are few and tell the story. */
export const isBulk = (record: Recorded): boolean =>
  record.channel === "/joint_states" ||
  record.channel === "/onarm/sensed" ||
  (record.channel === "/onarm/verdict" && record.verdict.kind !== "stop");

/** A time MCAP can hold: finite, from 0, under 2^31 s. */
export const isRecordable = (record: Recorded): boolean => record.at >= 0 && record.at < 2 ** 31;
