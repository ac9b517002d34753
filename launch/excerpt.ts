import path from "node:path";
import { OnarmError } from "../src/domain/errors.ts";
import { readDataset, writeDataset } from "../src/learning/dataset.ts";
import type { VerbContext } from "./cli.ts";
import { openDomain } from "./domains.ts";
import { commandLine, commit } from "./provenance.ts";

/**
 * The first tasks of a dataset as one of their own: a bundle that learned from the whole can practise with it, where the whole is too much to carry.
 * @throws "usage.invalid" where it would be the whole or more, or would cut among a lab's own tasks, which come last and have no seed
 */
export async function excerpt({ from, tasks }: { readonly from: string; readonly tasks: number }, context: VerbContext) {
  const whole = await readDataset(path.resolve(from));
  const { manifest } = whole;
  if (!(tasks < manifest.tasks.count))
    throw new OnarmError(
      "usage.invalid",
      `--tasks ${tasks}: ${from} has ${manifest.tasks.count} tasks; an excerpt has fewer, name how many`,
    );
  const drawn = manifest.tasks.count - (manifest.tasks.own?.length ?? 0);
  if (tasks > drawn)
    throw new OnarmError(
      "usage.invalid",
      `--tasks ${tasks}: the first ${drawn} tasks of ${from} are drawn by its seed, the others are a lab's own; name ${drawn} or fewer`,
    );
  const { spec } = await openDomain(manifest.domain);
  const { split, seed } = manifest.tasks;
  const directory = path.resolve(context.out ?? `out/excerpt-${manifest.domain}-${tasks}`);
  const kept = whole.episodes.flatMap((episode, index) => (episode.task < tasks ? [index] : []));
  const place = new Map(kept.map((index, i) => [index, i]));
  const episodes = kept.map((index) => whole.episodes[index]!);
  const shared = whole.shared.flatMap((label) => {
    const at = place.get(label.episode);
    return at === undefined || label.task >= tasks ? [] : [{ ...label, episode: at }];
  });
  const { reward } = spec;
  const hits = reward.kind === "sparse" ? episodes.filter((e) => e.reward.at(-1)! > reward.low + 0.5).length : undefined;
  const dataset = await writeDataset(
    directory,
    spec,
    episodes,
    {
      tasks: { split, seed, count: tasks },
      episodesPerTask: manifest.episodesPerTask,
      behaviour: manifest.behaviour,
      success: manifest.success === null || hits === undefined ? null : hits / episodes.length,
      provenance: { command: commandLine(), commit: commit(), seed: manifest.provenance.seed },
      excerptOf: manifest.excerptOf ?? whole.sha256,
    },
    shared,
  );
  const { transitions, success } = dataset.manifest;
  return { transitions, tasks, episodes: episodes.length, success, file: directory, sha256: dataset.sha256 };
}
