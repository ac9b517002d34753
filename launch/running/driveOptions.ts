import path from "node:path";
import { fileURLToPath } from "node:url";
import { OnarmError } from "../../src/domain/errors.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import type { Rights } from "../graph/protocol.ts";
import type { PageFlags } from "../pageFlags.ts";
import type { TelemetryFlags } from "../telemetryFlags.ts";
import type { RewardSource } from "./rewards.ts";
import { fixedWeights, promotedWeights } from "./weights.ts";
import type { DrivingWeights } from "./weights.ts";

export interface DriveOptions extends TelemetryFlags, PageFlags {
  readonly arm: string;
  readonly bundle?: string;
  readonly promoted?: string;
  readonly canary: number;
  readonly limits: string;
  readonly task?: number;
  readonly context: number;
  readonly reward: RewardSource;
  readonly confirmResets?: boolean;
  readonly seconds?: number;
  readonly episodes?: number;
  readonly stopBox?: string;
  /** What whoever is on the ROS 2 graph may do; not shown there when left out. */
  readonly graph?: Rights;
}

const shipped = fileURLToPath(new URL("../../shipped/sawyer/bundle", import.meta.url));
const refuse = (text: string): never => {
  throw new OnarmError("usage.invalid", `run: ${text}`);
};

/** What a command line says that cannot be meant. */
export function requireSense({ bundle, promoted, task, context, reward, headless, confirmResets }: DriveOptions): void {
  if (bundle !== undefined && promoted !== undefined) refuse("--bundle and --promoted both name what drives; leave one out");
  if (context > 0 && task === undefined) refuse("--context explores one scene; name it with --task");
  if (context === 0 && reward !== "task") refuse(`--reward ${reward} is asked for in explored episodes; add --context 2`);
  if (headless && reward !== "task") refuse(`--reward ${reward} is given on the page; leave --headless out`);
  if (headless && confirmResets) refuse("--confirm-resets are confirmed on the page; leave --headless out");
}

/** The weights that drive, and the trial they are on when the gate has only just let them. */
export async function openWeights(
  { bundle, promoted, canary }: DriveOptions,
  log: (line: string) => void,
): Promise<DrivingWeights> {
  return promoted === undefined
    ? fixedWeights(await readBundle(path.resolve(bundle ?? shipped)))
    : promotedWeights(path.resolve(promoted), { pairs: canary, log });
}

/** That the scene to stay in is one of the bundle's. */
export function requireTask({ task }: DriveOptions, { manifest }: Bundle): void {
  const { tasks } = manifest.provenance.dataset;
  if (task !== undefined && task >= tasks) refuse(`--task ${task}: the bundle knows the scenes 0 to ${tasks - 1}`);
}
