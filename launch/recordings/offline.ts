import path from "node:path";
import { OnarmError } from "../../src/domain/errors.ts";
import type { DomainSpec, Episode } from "../../src/domain/experience.ts";
import { readDataset } from "../../src/learning/dataset.ts";
import type { Dataset, DatasetManifest } from "../../src/learning/dataset.ts";
import { isFeasible, sceneToFile } from "../../src/tasks/ownTasks.ts";
import { aimKinds } from "../../src/tasks/sawyer.ts";
import type { OwnTask } from "../../src/tasks/ownTasks.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { bookOf } from "./book.ts";
import type { Said } from "./book.ts";
import { byPredicate, byRecording, personLabels } from "./labels.ts";
import type { Label, LabelSource } from "./labels.ts";
import { readEpisodes, recordingsIn } from "./read.ts";
import type { RecordedEpisode } from "./read.ts";

export interface Asked {
  readonly from: readonly string[];
  readonly label: LabelSource;
  /** File of a person's labels. */
  readonly labels?: string;
  /** Aims that every episode is labelled for; that of each episode when absent. */
  readonly aims?: readonly AimKind[];
  /** A dataset that the episodes are added to. */
  readonly with?: string;
  readonly signal?: AbortSignal;
}

/** Offline data that recordings became, and what became of every episode that did not. */
export interface FromRecordings {
  readonly episodes: readonly Episode[];
  readonly tasks: DatasetManifest["tasks"];
  readonly recordings: readonly string[];
  /** Episodes: `discarded` by a person, without a whole step (`short`), without rewards (`unlabelled`), in a scene where the aim asks for nothing (`pointless`). */
  readonly leftOut: { discarded: number; short: number; unlabelled: number; pointless: number };
  /** Episodes of which only the first steps are used, and why. */
  readonly shortened: Readonly<Record<string, number>>;
  /** Recordings that end before their end, in a sentence each. */
  readonly torn: readonly string[];
  /** Share of the new episodes that end with their aim true, and how many of them there are. */
  readonly success: number;
  readonly added: number;
  readonly base?: Dataset;
}

const refuse = (text: string): never => {
  throw new OnarmError("usage.invalid", `dataset: ${text}`);
};

/** @throws "usage.invalid" naming an aim that is none */
export function aimsIn(list: string): AimKind[] {
  const named = list.split(",").map((name) => name.trim());
  const wrong = named.find((name) => !aimKinds.some((kind) => kind === name));
  if (wrong !== undefined) refuse(`--aim ${wrong}: the aims are ${aimKinds.join(", ")}`);
  return [...new Set(named)] as AimKind[];
}

/**
 * A lab's own recordings as offline data. Episodes of one scene, one aim and one kind of reward are one training task; with a dataset beside them
 * its tasks keep their numbers and these follow. @throws OnarmError naming what cannot be used, before anything is written
 */
export async function fromRecordings(asked: Asked, spec: DomainSpec): Promise<FromRecordings> {
  const files = await recordingsIn(asked.from);
  const read = [];
  for (const file of files) {
    const said = await bookOf(file);
    const discarded = new Set([...said.values()].flatMap(({ number, keep }) => (keep ? [] : [number])));
    read.push({ ...(await readEpisodes(file, spec, { discarded, signal: asked.signal })), said, discarded });
  }
  const all = read.flatMap(({ episodes }) => episodes);
  const label = await labelled(asked, all, spec);
  const base = asked.with === undefined ? undefined : await readDataset(path.resolve(asked.with), spec);

  const leftOut = { discarded: read.reduce((n, { discarded }) => n + discarded.size, 0), short: 0, unlabelled: 0, pointless: 0 };
  const shortened: Record<string, number> = {};
  const own: OwnTask[] = [...(base?.manifest.tasks.own ?? [])];
  const drawn = (base?.manifest.tasks.count ?? 0) - own.length;
  const numbers = new Map(own.map((task, i) => [JSON.stringify(task), drawn + i]));
  const made: Episode[] = [];
  for (const { episodes, said } of read)
    for (const one of episodes) {
      if (one.steps === 0) leftOut.short++;
      else {
        const before = made.length;
        const fit = wantedIn(one, said.get(one.number), asked.aims);
        for (const { scene, aim } of fit) {
          const worth = label(one, aim);
          if (!worth) continue;
          const task: OwnTask = { scene: sceneToFile(scene), aim, rewards: worth.rewards };
          const key = JSON.stringify(task);
          if (!numbers.has(key)) numbers.set(key, drawn + own.push(task) - 1);
          const { steps, observation, action, terminated } = one;
          made.push({
            ...{ task: numbers.get(key)!, steps, observation, action, terminated, human: false },
            ...{ reward: worth.reward, rewardSource: worth.rewards },
          });
        }
        if (fit.length === 0) leftOut.pointless++;
        else if (made.length === before) leftOut.unlabelled++;
        else if (one.shortened) shortened[one.shortened] = (shortened[one.shortened] ?? 0) + 1;
      }
    }
  if (made.length === 0) throw nothingKept(all.length + leftOut.discarded, leftOut, asked);
  const low = spec.reward.kind === "sparse" ? spec.reward.low : 0;
  return {
    episodes: [...(base?.episodes ?? []), ...made].sort((a, b) => a.task - b.task),
    tasks: { split: "train", seed: base?.manifest.tasks.seed ?? 0, count: drawn + own.length, own },
    recordings: files,
    ...{ leftOut, shortened, torn: read.flatMap(({ torn }) => torn ?? []) },
    success: made.filter(({ reward }) => reward.at(-1)! > low + 0.5).length / made.length,
    added: made.length,
    ...(base ? { base } : {}),
  };
}

/** Who labels, found to be there. */
async function labelled({ label, labels, aims }: Asked, all: readonly RecordedEpisode[], spec: DomainSpec): Promise<Label> {
  if (label !== "person" && labels !== undefined) refuse(`--labels are a person's; add --label person`);
  if (label === "predicate") return byPredicate;
  if ((aims?.length ?? 0) > 1) refuse(`--aim: rewards that were given are of one task; name the one that was meant`);
  const recorded: Label = (episode, aim) =>
    byRecording(label === "person" ? ["person"] : ["environment", "person", "decoded"], episode.file, spec)(episode, aim);
  if (labels === undefined) return recorded;
  const given = await personLabels(path.resolve(labels), all, spec);
  return (episode, aim) => given(episode, aim) ?? recorded(episode, aim);
}

/** The tasks that an episode is an episode of: those of the aims that ask for something in its scene. */
function wantedIn({ file, number, scene, aim }: RecordedEpisode, told: Said | undefined, aims: Asked["aims"]) {
  if (!scene)
    throw new OnarmError(
      "dataset.mismatch",
      `${file}: episode ${number} does not tell how its scene was set out; leave its recording out`,
    );
  const own = aim ?? told?.aim;
  const known = aimKinds.find((kind) => kind === own);
  if (!aims && known === undefined)
    throw new OnarmError("dataset.mismatch", `${file}: episode ${number} does not tell what was wanted; name it with --aim`);
  return (aims ?? [known!]).filter((kind) => isFeasible(kind, scene)).map((kind) => ({ scene, aim: kind }));
}

function nothingKept(count: number, leftOut: FromRecordings["leftOut"], { from, label, aims }: Asked): OnarmError {
  const where = `--from ${from.join(" ")}`;
  if (count === 0) return new OnarmError("dataset.mismatch", `${where}: no episode was recorded; drive some first`);
  const why = {
    discarded: "discarded by a person",
    short: "without a whole step of the policy's own",
    unlabelled: label === "predicate" ? "without rewards" : "without rewards: give --labels, or --label predicate",
    pointless: `in scenes that ${aims?.join(", ") ?? "their aim"} asks nothing of: name another --aim`,
  };
  const told = Object.entries(leftOut).flatMap(([kind, n]) => (n > 0 ? `${n} ${why[kind as keyof typeof why]}` : []));
  return new OnarmError("dataset.mismatch", `${where}: no episode is left of ${count}: ${told.join("; ")}; nothing was written`);
}
