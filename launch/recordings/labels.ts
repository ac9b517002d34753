import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { OnarmError } from "../../src/domain/errors.ts";
import type { DomainSpec } from "../../src/domain/experience.ts";
import { aimOf } from "../../src/tasks/ownTasks.ts";
import type { OwnTask } from "../../src/tasks/ownTasks.ts";
import { sawyerReward } from "../../src/tasks/sawyer.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { parseLine } from "./book.ts";
import type { RecordedEpisode } from "./read.ts";
import { seen } from "./seen.ts";

/** Who says what a recorded step was worth: the aim's own predicate on what was seen, a person, or whoever said so in the recording. */
export const labelSources = ["predicate", "person", "recorded"] as const;
export type LabelSource = (typeof labelSources)[number];

export interface Labelled {
  /** One a step, of the steps that are used. */
  readonly reward: Float32Array;
  readonly rewards: OwnTask["rewards"];
}
/** Rewards of an episode for an aim; undefined where nobody said. */
export type Label = (episode: RecordedEpisode, aim: AimKind) => Labelled | undefined;

/** A step's reward is read from what was seen after it, as the arm's own environment does. */
export const byPredicate: Label = ({ steps, observation }, aim) => {
  const O = observation.length / (steps + 1);
  const after = (t: number) => seen(observation.subarray((t + 1) * O, (t + 2) * O));
  const wanted = aimOf(aim);
  const reward = Float32Array.from({ length: steps }, (_, t) => sawyerReward(wanted, after(t).tip, after(t).scene));
  return { reward, rewards: "environment" };
};

/** The recording's own rewards, whoever gave them: also those that a decoder made up. */
export const byRecording =
  (sources: readonly OwnTask["rewards"][], file: string, spec: DomainSpec): Label =>
  (episode) => {
    const { label, number, recorded, steps } = episode;
    if (label === undefined || !sources.includes(label.source)) return undefined;
    const where = `${file}: episode ${number}'s rewards in the recording`;
    // A decoder's reward is a mean: any number between the two.
    const judged = label.source === "decoded" ? finite(label.reward, where) : twoValued(label.reward, spec, where);
    return { reward: asUsed(judged, { recorded, steps }, where), rewards: label.source };
  };

const common = { episode: z.int().min(0), recording: z.string().min(1).optional() };
const line = z.union([
  z.strictObject({ ...common, reward: z.array(z.number()).min(1) }),
  z.strictObject({ ...common, success_from_step: z.int().min(0).nullable() }),
]);
type Line = z.infer<typeof line>;

/**
 * A person's labels: JSON lines {"episode": 3, "success_from_step": 41 | null} or {"episode": 3, "reward": [-1, ..., 0]}, with "recording": its file's name
 * where several are read. The last line of an episode counts.
 * @throws "file.missing"; "dataset.mismatch" naming the line that is none, that tells of an episode which is not there, or gives other rewards than the domain has
 */
export async function personLabels(file: string, episodes: readonly RecordedEpisode[], spec: DomainSpec): Promise<Label> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new OnarmError("file.missing", `--labels ${file}: cannot be read; give a file of JSON lines`, {}, cause);
  });
  const said = new Map<RecordedEpisode, Float32Array>();
  text.split("\n").forEach((row, i) => {
    if (row.trim() === "") return;
    const where = `${file}: line ${i + 1}`;
    const parsed = line.safeParse(parseLine(row));
    if (!parsed.success)
      throw new OnarmError(
        "dataset.mismatch",
        `${where}: is no label; write {"episode": 3, "success_from_step": 41}, null for never, or {"episode": 3, "reward": [...]} a step`,
      );
    const episode = found(parsed.data, episodes, where);
    said.set(episode, rewardsOf(parsed.data, episode, spec, where));
  });
  if (said.size === 0) throw new OnarmError("dataset.mismatch", `${file}: holds no label; write one line an episode`);
  return (episode) => {
    const reward = said.get(episode);
    return reward && { reward, rewards: "person" };
  };
}

function found({ episode, recording }: Line, episodes: readonly RecordedEpisode[], where: string): RecordedEpisode {
  const named = episodes.filter((e) => e.number === episode && (recording === undefined || path.basename(e.file) === recording));
  if (named.length === 1) return named[0]!;
  const which = `episode ${episode}${recording === undefined ? "" : ` of ${recording}`}`;
  throw new OnarmError(
    "dataset.mismatch",
    named.length === 0
      ? `${where}: ${which} is in none of the recordings, or was discarded; correct the line, or name its recording with --from`
      : `${where}: ${which} is in ${named.length} recordings; add "recording": "${path.basename(named[0]!.file)}" or another's name`,
  );
}

function rewardsOf(line: Line, { recorded, steps }: RecordedEpisode, spec: DomainSpec, where: string): Float32Array {
  if ("reward" in line) return asUsed(twoValued(line.reward, spec, where), { recorded, steps }, where);
  const from = line.success_from_step;
  if (from !== null && from >= recorded)
    throw new OnarmError(
      "dataset.mismatch",
      `${where}: success_from_step ${from}: the episode has the steps 0 to ${recorded - 1}`,
    );
  const low = lowest(spec);
  return Float32Array.from({ length: steps }, (_, t) => (from !== null && t >= from ? low + 1 : low));
}

const lowest = ({ reward }: DomainSpec) => (reward.kind === "sparse" ? reward.low : 0);

function finite(reward: ArrayLike<number>, where: string): ArrayLike<number> {
  const bad = Array.from(reward).findIndex((r) => !Number.isFinite(r));
  if (bad < 0) return reward;
  throw new OnarmError("dataset.mismatch", `${where}: step ${bad} is ${reward[bad]}; a reward is a number`);
}

function twoValued(reward: ArrayLike<number>, spec: DomainSpec, where: string): ArrayLike<number> {
  const low = lowest(spec);
  const bad = spec.reward.kind === "sparse" ? Array.from(reward).findIndex((r) => r !== low && r !== low + 1) : -1;
  if (bad < 0) return finite(reward, where);
  throw new OnarmError(
    "dataset.mismatch",
    `${where}: step ${bad} is ${reward[bad]}; in ${spec.name} a step's reward is ${low}, or ${low + 1} while the aim is true`,
  );
}

/** A person counts the steps they saw: all that were recorded, or those that are used. */
function asUsed(
  reward: ArrayLike<number>,
  { recorded, steps }: Pick<RecordedEpisode, "recorded" | "steps">,
  where: string,
): Float32Array {
  if (reward.length !== recorded && reward.length !== steps)
    throw new OnarmError(
      "dataset.mismatch",
      `${where}: ${reward.length} rewards, and the episode has ${recorded} steps; give one a step`,
    );
  return Float32Array.from(reward).slice(0, steps);
}
