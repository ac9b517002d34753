import type { ContextSource } from "../../src/control/metaTest.ts";
import type { ContextShift } from "../contextShift.ts";
import type { DecoderQuality } from "../decoderQuality.ts";
import type { Compute } from "./compute.ts";

/** What every cell leaves behind, whatever it did. */
export interface Finished {
  readonly commit: string;
  /** s since 1970. */
  readonly finished: number;
  readonly compute: Compute;
}

export interface DatasetResult extends Finished {
  readonly sha256: string;
  readonly transitions: number;
  /** Mean return of the behaviour. */
  readonly return: number;
}

/** One point of a learning curve. `validation`: own-context return on validation tasks, null where none were scored. */
export interface CurvePoint {
  readonly time: number;
  readonly updates: number;
  readonly steps: number;
  readonly validation: number | null;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TrainResult extends Finished {
  /** Hash of the bundle. */
  readonly bundle: string;
  readonly curve: readonly CurvePoint[];
  /** On held-out data; null for an algorithm without a decoder, and after a second phase, whose labels are the offline decoder's. */
  readonly decoder: DecoderQuality | null;
}

/** One held-out task under one context. `mean`, `variance`: the belief it was scored under. */
export interface ScoreRow {
  readonly task: number;
  readonly aim: string;
  readonly return: number;
  readonly success: boolean;
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

export interface ScoreResult extends Finished {
  readonly scores: Readonly<Record<ContextSource, readonly ScoreRow[]>>;
  /** Null where the algorithm has no belief. */
  readonly shift: ContextShift | null;
}

export type Result = DatasetResult | TrainResult | ScoreResult;
