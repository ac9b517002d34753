import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec, Episode } from "../domain/experience.ts";
import { decodeSafetensors, encodeSafetensors } from "../engine/safetensors.ts";
import { readSharedLabels, sharedColumns } from "./sharedLabels.ts";
import type { Column, SharedLabels } from "./sharedLabels.ts";
import { ownTask, ownTaskOf } from "../tasks/ownTasks.ts";

const FILE = "transitions.safetensors";

const manifestSchema = z.strictObject({
  schema: z.literal(1),
  kind: z.literal("dataset"),
  domain: z.string(),
  /** Names of the columns, to be held against the domain's fields. */
  observation: z.array(z.string()),
  action: z.array(z.string()),
  tasks: z
    .strictObject({
      split: z.literal("train"),
      seed: z.number(),
      count: z.number().int().positive(),
      /** The last of the tasks are these and not the seed's: of a lab's own recordings. Absent where there are none. */
      own: z.array(ownTask).min(1).optional(),
    })
    .refine(({ count, own = [] }) => own.length <= count, { error: "names more own tasks than there are tasks" }),
  episodesPerTask: z.number().int().positive(),
  behaviour: z.string(),
  episodes: z.number().int().positive(),
  transitions: z.number().int().positive(),
  /** The sha-256 of the dataset whose first tasks these are; absent where it is whole. */
  excerptOf: z.string().optional(),
  /** How often an episode is labelled again for another task of its scene; absent: never. */
  shared: z.number().int().positive().optional(),
  /** Share of episodes that end with the task's own aim true; null where the domain has no success. */
  success: z.number().nullable(),
  provenance: z.strictObject({ command: z.string(), commit: z.string(), seed: z.number() }),
  files: z.strictObject({ [FILE]: z.strictObject({ sha256: z.string(), bytes: z.number().int().positive() }) }),
});
export type DatasetManifest = z.infer<typeof manifestSchema>;

/** Offline data: rewarded episodes of training tasks. `task` of an episode is its index in [0, tasks.count). */
export interface Dataset {
  readonly directory: string;
  readonly manifest: DatasetManifest;
  readonly sha256: string;
  readonly episodes: readonly Episode[];
  readonly shared: readonly SharedLabels[];
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/**
 * Writes `transitions.safetensors` + `manifest.json`. With N transitions in E episodes: `observation` (N + E, O), each episode's n + 1
 * rows in order, so that a step's next observation is the row below it; `action` (N, A), `reward` (N), `terminated` and `truncated` (N),
 * true at most at an episode's last step; `length` and `task` (E). With S labels for other tasks: `shared_episode` and `shared_task` (S) and
 * `shared_reward`, the steps of those episodes one after another. A reader sees either no dataset or a whole one.
 */
export async function writeDataset(
  directory: string,
  spec: DomainSpec,
  episodes: readonly Episode[],
  about: Pick<DatasetManifest, "tasks" | "episodesPerTask" | "behaviour" | "success" | "provenance" | "excerptOf">,
  shared: readonly SharedLabels[] = [],
): Promise<Dataset> {
  const [O, A] = [spec.observation.length, spec.action.length];
  const N = episodes.reduce((n, e) => n + e.steps, 0);
  const E = episodes.length;
  if (E === 0 || !episodes.every((e) => e.steps > 0))
    throw new OnarmError(
      "dataset.mismatch",
      `${directory}: not written: there is no episode, or one without a step; make more of them`,
    );
  const columns = {
    observation: new Float32Array((N + E) * O),
    action: new Float32Array(N * A),
    reward: new Float32Array(N),
    terminated: new Uint8Array(N),
    truncated: new Uint8Array(N),
    length: Int32Array.from(episodes, (e) => e.steps),
    task: Int32Array.from(episodes, (e) => e.task),
  };
  let at = 0;
  episodes.forEach((e, index) => {
    columns.observation.set(e.observation, (at + index) * O);
    columns.action.set(e.action, at * A);
    columns.reward.set(e.reward, at);
    at += e.steps;
    (e.terminated ? columns.terminated : columns.truncated)[at - 1] = 1;
  });
  const wide: Record<string, number> = { observation: O, action: A };
  const more = shared.length > 0 ? sharedColumns(shared) : {};
  const bytes = encodeSafetensors({
    tensors: Object.fromEntries(
      Object.entries({ ...columns, ...more }).map(([name, data]) => {
        const width = wide[name];
        return [name, { shape: width === undefined ? [data.length] : [data.length / width, width], data }];
      }),
    ),
    metadata: { format: "onarm-dataset" },
  });
  const manifest: DatasetManifest = {
    schema: 1,
    kind: "dataset",
    domain: spec.name,
    observation: spec.observation.map((f) => f.name),
    action: spec.action.map((f) => f.name),
    ...about,
    episodes: E,
    transitions: N,
    ...(shared.length > 0 ? { shared: shared.length } : {}),
    files: { [FILE]: { sha256: sha256(bytes), bytes: bytes.length } },
  };
  const temporary = `${directory}.writing-${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await writeFile(path.join(temporary, FILE), bytes);
  await writeFile(path.join(temporary, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
  await rm(directory, { recursive: true, force: true });
  await rename(temporary, directory);
  return { directory, manifest, sha256: manifest.files[FILE].sha256, episodes, shared };
}

/** Reads a dataset for a domain. @throws "file.missing", "file.damaged", or "dataset.mismatch" when it was made for another domain. */
export async function readDataset(directory: string, spec?: DomainSpec): Promise<Dataset> {
  const where = path.join(directory, "manifest.json");
  const text = await readFile(where, "utf8").catch((cause: unknown) => {
    throw new OnarmError(
      "file.missing",
      `${directory}: no dataset here (no readable manifest.json); make one with \`onarm dataset\``,
      {},
      cause,
    );
  });
  const manifest = parse(text, where);
  if (spec) requireColumns(directory, manifest, spec);
  const file = path.join(directory, FILE);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new OnarmError("file.missing", `${file}: missing; copy the whole dataset folder`, {}, cause);
  });
  const promised = manifest.files[FILE];
  if (bytes.length !== promised.bytes || sha256(bytes) !== promised.sha256)
    throw new OnarmError(
      "file.damaged",
      `${file}: its sha-256 is not the one in the manifest; restore it or make it again with: ${manifest.provenance.command}`,
    );
  return { directory, manifest, sha256: promised.sha256, ...episodesOf(bytes, file, manifest) };
}

function parse(text: string, where: string): DatasetManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OnarmError("file.damaged", `${where}: not JSON; restore the dataset from its source`, {}, cause);
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new OnarmError(
    "file.damaged",
    `${where}: ${issue?.path.join(".") || "manifest"}: ${issue?.message ?? "unreadable"}; this is not a dataset of this version`,
  );
}

function requireColumns(directory: string, manifest: DatasetManifest, spec: DomainSpec): void {
  if (manifest.domain !== spec.name)
    throw new OnarmError(
      "dataset.mismatch",
      `${directory}: made for domain ${manifest.domain}, not ${spec.name}; name a dataset of ${spec.name}`,
    );
  for (const side of ["observation", "action"] as const) {
    const ours = spec[side].map((f) => f.name);
    if (ours.join() !== manifest[side].join())
      throw new OnarmError(
        "dataset.mismatch",
        `${directory}: ${side} is (${manifest[side].join(", ")}), the domain has (${ours.join(", ")}); make it again`,
      );
  }
}

function episodesOf(bytes: Uint8Array, where: string, manifest: DatasetManifest): Pick<Dataset, "episodes" | "shared"> {
  const { tensors } = decodeSafetensors(bytes, where);
  const { count, own } = manifest.tasks;
  const damaged = (what: string) =>
    new OnarmError("file.damaged", `${where}: ${what}; make it again with: ${manifest.provenance.command}`);
  const column: Column = (name, kind, count) => {
    const data = tensors[name]?.data;
    if (!(data instanceof kind) || data.length !== count) throw damaged(`column ${name} is missing or has the wrong size`);
    return data;
  };
  const [O, A, N, E] = [manifest.observation.length, manifest.action.length, manifest.transitions, manifest.episodes];
  const observation = column("observation", Float32Array, (N + E) * O);
  const action = column("action", Float32Array, N * A);
  const reward = column("reward", Float32Array, N);
  for (const [name, xs] of Object.entries({ observation, action, reward })) {
    const at = xs.findIndex((x) => !Number.isFinite(x));
    if (at >= 0) throw damaged(`column ${name} holds a number that is not finite (${xs[at]}, number ${at})`);
  }
  const terminated = column("terminated", Uint8Array, N);
  const length = column("length", Int32Array, E);
  const task = column("task", Int32Array, E);
  const steps = length.reduce((sum, n) => sum + n, 0);
  if (steps !== N) throw damaged(`its episodes have ${steps} steps together, its columns ${N}`);
  let start = 0;
  const episodes = Array.from(length, (n, index) => {
    const end = start + n;
    if (!(n > 0 && end <= N)) throw damaged(`episode ${index} has ${n} steps`);
    if (!(task[index]! >= 0 && task[index]! < count)) throw damaged(`episode ${index} names task ${task[index]}`);
    const episode: Episode = {
      task: task[index]!,
      steps: n,
      observation: observation.slice((start + index) * O, (end + index + 1) * O),
      action: action.slice(start * A, end * A),
      reward: reward.slice(start, end),
      rewardSource: ownTaskOf({ tasks: count, own }, task[index]!)?.rewards ?? "environment",
      terminated: terminated[end - 1] === 1,
      human: false,
    };
    start = end;
    return episode;
  });
  return { episodes, shared: readSharedLabels(manifest.shared ?? 0, length, count, column, damaged) };
}
