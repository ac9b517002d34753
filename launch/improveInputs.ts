import { configHash } from "../src/config/hash.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { presetConfig, requireFit } from "../src/learning/config.ts";
import { parseConfig } from "../src/learning/smacSchema.ts";
import type { Preset, SmacConfig } from "../src/learning/config.ts";
import { readDataset } from "../src/learning/dataset.ts";
import { readBundle, requireSpec } from "../src/policy/bundle.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { TrainingTasks } from "../src/tasks/ownTasks.ts";
import type { VerbContext } from "./cli.ts";
import { openDomain } from "./domains.ts";
import type { Domain } from "./domains.ts";

/** Everything practice starts from, read and found to fit together before anything moves. */
export interface Inputs {
  readonly domain: Domain;
  readonly incumbent: Bundle;
  readonly config: SmacConfig;
  readonly preset: Preset;
  /** What practice happens in: the tasks of the dataset. */
  readonly training: TrainingTasks;
}

/** @throws OnarmError naming what is missing, damaged or does not belong together: bundle, dataset, config. */
export async function readInputs(
  options: { readonly bundle: string; readonly dataset: string },
  context: VerbContext,
): Promise<Inputs> {
  const incumbent = await readBundle(options.bundle);
  const domain = await openDomain(incumbent.spec.name);
  requireSpec(incumbent, domain.spec);
  const { algorithm, head } = incumbent.manifest;
  if (head === "none")
    throw new OnarmError(
      "bundle.mismatch",
      `${options.bundle}: ${algorithm} has no reward decoder, so it cannot label practice; practise with a bundle of smac`,
    );
  const dataset = await readDataset(options.dataset, domain.spec);
  const made = incumbent.manifest.provenance.dataset;
  if (dataset.sha256 !== made.sha256 && dataset.manifest.excerptOf !== made.sha256)
    throw new OnarmError(
      "dataset.mismatch",
      `${options.dataset}: sha-256 ${dataset.sha256.slice(0, 12)} is not the dataset this bundle was made from (${made.sha256.slice(0, 12)}); name that one`,
    );
  const preset = incumbent.manifest.preset as Preset;
  // What an older bundle does not name is as its preset has it; its nets are what they are.
  const { nets: _, ...named } = incumbent.manifest.config;
  const over = { ...presetConfig(preset, domain.spec), nets: incumbent.manifest.nets };
  const stored = parseConfig(over, named, `${options.bundle}/manifest.json`);
  const where = context.configFile ?? "--config";
  const config = parseConfig(stored, context.config ?? {}, where);
  requireFit(config, domain.spec);
  if (configHash([config.nets, config.head]) !== configHash([incumbent.manifest.nets, incumbent.manifest.head]))
    throw new OnarmError("config.invalid", `${where}: nets, head: practice keeps the nets of its bundle; leave both keys out`);
  // An excerpt has fewer tasks than its bundle was made from, and none of a lab's own.
  const { count: tasks, own } = dataset.manifest.tasks;
  return { domain, incumbent, config, preset, training: { taskSeed: made.taskSeed, tasks, ...(own ? { own } : {}) } };
}
