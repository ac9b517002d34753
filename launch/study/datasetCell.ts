import { OnarmError } from "../../src/domain/errors.ts";
import { readDataset, writeDataset } from "../../src/learning/dataset.ts";
import { configHash } from "../../src/config/hash.ts";
import { commandLine, commit } from "../provenance.ts";
import { sharedLabels } from "../sharing.ts";
import type { Bench } from "./bench.ts";
import { stopwatch } from "./compute.ts";
import { datasetId } from "./plan.ts";
import type { DatasetCell } from "./plan.ts";
import type { DatasetResult } from "./results.ts";

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Where a seed's data lie: named by what they are made of. */
export const datasetOf = ({ study, store }: Pick<Bench, "study" | "store">, seed: number): string => {
  const { domain, trainTasks, episodes } = study;
  return store.at("data", configHash({ domain, trainTasks, episodes, seed }).slice(0, 16));
};

/** A seed's offline data, made by the domain's own behaviour. Undefined after an interrupt. */
export async function datasetCell({ seed }: DatasetCell, bench: Bench): Promise<DatasetResult | undefined> {
  const { study, domain, lane, signal } = bench;
  const rollouts = await lane.rollouts(undefined);
  const read = await stopwatch(rollouts.pids);
  let done = 0;
  const made = await rollouts.behave(
    {
      split: "train",
      taskSeed: seed,
      ids: Array.from({ length: study.trainTasks }, (_, i) => i),
      seed,
      episodes: study.episodes,
    },
    () => bench.progress(++done / study.trainTasks),
    signal,
  );
  if (signal.aborted) return undefined;
  const about = {
    tasks: { split: "train" as const, seed, count: study.trainTasks },
    episodesPerTask: study.episodes,
    behaviour: domain.behaves,
    success: domain.spec.hasSuccess ? mean(made.successes) : null,
    provenance: { command: commandLine(), commit: commit(), seed },
  };
  const tasks = Array.from({ length: study.trainTasks }, (_, id) => domain.task("train", seed, id));
  const shared = sharedLabels(domain, tasks, made.episodes);
  const { manifest, sha256 } = await writeDataset(datasetOf(bench, seed), domain.spec, made.episodes, about, shared);
  return {
    sha256,
    transitions: manifest.transitions,
    return: mean(made.episodes.map((episode) => episode.reward.reduce((a, b) => a + b, 0))),
    commit: commit(),
    finished: Date.now() / 1000,
    compute: { updates: 0, steps: manifest.transitions, ...(await read()) },
  };
}

/** Offline data that a cell trains on, and the training tasks that they are of. */
export interface Data {
  readonly directory: string;
  readonly sha256: string;
  readonly tasks: { readonly seed: number; readonly count: number };
}

/** The seed's data, found to be those that were given or made. @throws "dataset.mismatch" when they were exchanged. */
export async function requireDataset(bench: Bench, seed: number): Promise<Data> {
  const directory = bench.given ?? datasetOf(bench, seed);
  const promised = bench.study.dataset ?? (await bench.store.read<DatasetResult>(datasetId(seed)))?.sha256;
  const { sha256, manifest } = await readDataset(directory, bench.domain.spec);
  if (sha256 !== promised)
    throw new OnarmError(
      "dataset.mismatch",
      `${directory}: its sha-256 ${sha256.slice(0, 12)} is not the one that this study began with (${promised?.slice(0, 12)}); restore it, or begin a new study`,
    );
  return { directory, sha256, tasks: manifest.tasks };
}
