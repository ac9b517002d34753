import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { sawyer } from "../../robot/description/sawyer.ts";
import { meaningOf } from "../../launch/provenance.ts";
import { fromRecordings, type Asked, type FromRecordings } from "../../launch/recordings/offline.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import type { SceneFact, SceneSpec, SceneState } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { sawyerObservation } from "../../src/policy/observation.ts";
import type { EpisodeBegin, LabelRecord, Recorded } from "../../src/recording/records.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";
import { openRecorder } from "../../src/recording/recorder.ts";
import { memoryDisk } from "./memoryDisk.ts";
import { dataEnd, failure, firstChunk, header } from "./recordings.ts";

/** A scene with a closed drawer on the arm's left and a button on its right. */
export const lab: SceneSpec = {
  drawer: { position: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel: metres(0) },
  button: { position: [0.6, -0.15, 0.01] },
};

/** The same with everything else that can stand on a table: the locker is out, a tray and a block before it, a brick in it. */
export const fullLab: SceneSpec = {
  ...lab,
  locker: { position: [0.8, -0.17, -0.05], opens: [-1, 0, 0], travel: metres(0.14) },
  tray: { position: [0.46, -0.1, -0.05] },
  object: { position: [0.46, -0.24, -0.05] },
  brick: { position: [0.73, -0.17, -0.046] },
};

/** What else is seen than drawer and button, where the tip is, m in `base`, and how far apart the fingers are, m. */
export interface Beside {
  readonly facts?: SceneState["facts"];
  readonly tip?: Vec3;
  readonly gap?: number;
}
/** What is seen when the drawer is out by `open` m. */
export const seenWith = (open: number, { facts = {}, tip = [0.58, 0, 0.12], gap }: Beside = {}): Float32Array => {
  const scene: SceneState = {
    at: seconds(0),
    facts: {
      drawer: { position: [0.6, 0.145 - open, -0.005], travel: metres(open), valid: true },
      button: { position: [0.6, -0.15, 0.01], travel: metres(0), valid: true },
      ...facts,
    },
  };
  return sawyerObservation(tip, scene, gap);
};
export const stands = (position: Vec3, travel = 0): SceneFact => ({ position, travel: metres(travel), valid: true });

export interface Driven {
  /** How far the drawer was out, m: before each step, and after the last. */
  readonly opened: readonly number[];
  /** What else was seen before each step, and after the last. */
  readonly beside?: readonly Beside[];
  readonly scene?: SceneSpec | null;
  readonly aim?: string | null;
  /** What its numbers mean. */
  readonly fields?: string | null;
  /** The step in which a person moved the arm. */
  readonly byHand?: number;
  /** Cut short in the step after the last: what followed the last whole one was not seen. */
  readonly cut?: boolean;
  readonly label?: Pick<LabelRecord, "reward" | "source">;
  /** Step that was not recorded. */
  readonly lost?: number;
  /** Another action in its first step. */
  readonly action?: readonly number[];
}

/** The records of one episode of the arm, 0.1 s a step. */
export function driven(
  episode: number,
  { opened, beside, scene = lab, aim = "open-drawer", fields = meaningOf(sawyerSpec), byHand, cut, label, lost, action }: Driven,
): Recorded[] {
  const origin = 10 * episode;
  const at = (t: number) => seconds(origin + t / 10);
  const { config, bundle, calibration, seed, commit } = header;
  const begin: EpisodeBegin = {
    ...{ channel: "/onarm/episode", phase: "begin", at: at(0), episode, task: 3, policyVersion: 0 },
    ...(scene ? { scene } : {}),
    ...(aim === null ? {} : { aim }),
    ...(fields === null ? {} : { fields }),
    ...{ config, bundle, calibration, seed, commit },
  };
  const steps = cut ? opened.length : opened.length - 1;
  const made = opened.slice(0, steps).flatMap((open, t): Recorded[] => [
    {
      ...{ channel: "/joint_states", at: at(t), name: [...sawyer.commanded] },
      ...{
        position: [0, -0.6 + t / 100, 0, 1.8, 0, 0.4, 1.6],
        velocity: new Array<number>(7).fill(0),
        effort: new Array<number>(7).fill(0),
      },
    },
    ...(t === lost
      ? []
      : [
          {
            ...{ channel: "/onarm/transition" as const, at: at(t), episode, step: t, observation: seenWith(open, beside?.[t]) },
            action: Float32Array.from(t === 0 && action ? action : [0.5, -0.5, 0, 0]),
            ...(t === byHand ? { human: true } : {}),
          },
        ]),
  ]);
  return [
    begin,
    ...made,
    {
      ...{ channel: "/onarm/episode", phase: "end", at: at(steps), episode, steps },
      ...{
        last: cut ? new Float32Array() : seenWith(opened.at(-1)!, beside?.at(-1)),
        terminated: false,
        human: byHand !== undefined,
        stops: 0,
        clamps: 0,
      },
    },
    ...(label ? [{ channel: "/onarm/label" as const, at: at(steps), episode, ...label }] : []),
  ];
}

export const scratch = mkdtempSync(path.join(os.tmpdir(), "onarm-recordings-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

let files = 0;
/** A recording of these records on disk. `torn`: share of its records that got there, each record in a chunk of its own. */
export async function file(
  records: readonly Recorded[],
  {
    name = `run-${files++}.mcap`,
    domain = "sawyer",
    torn = 1,
  }: { readonly name?: string; readonly domain?: string; readonly torn?: number } = {},
): Promise<string> {
  const at = path.join(scratch, name);
  const disk = memoryDisk();
  const recorder = await openRecorder(
    "memory",
    { ...header, domain },
    { create: disk.create, ...(torn < 1 ? { chunkBytes: 1 } : {}) },
  );
  for (const record of records) {
    recorder.write(record);
    if (torn < 1) await recorder.flush();
  }
  await recorder.close();
  const bytes = disk.bytes();
  const first = firstChunk(bytes);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, torn < 1 ? bytes.subarray(0, first + Math.floor(torn * (dataEnd(bytes) - first))) : bytes);
  return at;
}

/** A drawer that is drawn open by the fourth step: 0.08 m is open. */
export const opening = [0, 0.03, 0.06, 0.079, 0.085, 0.09];

export const from = (asked: Partial<Asked> & Pick<Asked, "from">): Promise<FromRecordings> =>
  fromRecordings({ label: "predicate", ...asked }, sawyerSpec);
/** A recording of one episode as offline data. */
export const one = async (what: Driven, asked: Partial<Asked> = {}): Promise<FromRecordings> =>
  from({ from: [await file(driven(0, what))], ...asked });

let lists = 0;
/** A file of a person's labels. */
export async function labels(...lines: readonly unknown[]): Promise<string> {
  const at = path.join(scratch, `labels-${lists++}.jsonl`);
  await writeFile(at, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return at;
}

/** What a refusal says; anything that is no refusal of ours fails. */
export async function refusal(job: Promise<unknown>): Promise<string> {
  const error = await failure(job);
  if (!isOnarmError(error)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}
