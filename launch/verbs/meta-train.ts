import path from "node:path";
import { mkdir, rm } from "node:fs/promises";
import { Option } from "commander";
import { configHash } from "../../src/config/hash.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { ALGORITHMS, algorithmConfig } from "../../src/learning/algorithms.ts";
import type { AlgorithmName } from "../../src/learning/algorithms.ts";
import { PRESETS } from "../../src/learning/config.ts";
import type { Preset } from "../../src/learning/config.ts";
import type { LearnerConfig } from "../../src/learning/config.ts";
import { readDataset } from "../../src/learning/dataset.ts";
import type { Metrics } from "../../src/learning/learner.ts";
import { readBundle, requireSpec } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import type { DomainSpec } from "../../src/domain/experience.ts";
import { bundleOf } from "../bundles.ts";
import { integer, type Verb } from "../cli.ts";
import { decoderQuality } from "../decoderQuality.ts";
import { openDomain } from "../domains.ts";
import { commandLine, commit } from "../provenance.ts";
import { Remote } from "../rpc.ts";
import { Rollouts } from "../rollouts.ts";
import type { TrainerHandlers } from "../trainer.ts";

interface Options {
  readonly algo: AlgorithmName;
  readonly dataset: string;
  readonly updates: number;
  readonly preset: Preset;
  readonly validation: number;
  readonly checkpointEvery: number;
  readonly from?: string;
  readonly resume?: boolean;
  readonly workers: number;
}

/** Updates between two looks at the signal and the bar. */
const CHUNK = 100;

/** The first losses of an algorithm, as many as fit beside a bar. */
const shown = (losses: Metrics): string =>
  ["critic1", "value", "actor", "decoder"]
    .flatMap((name) => (losses[name] === undefined ? [] : [`${name} ${losses[name].toFixed(3)}`]))
    .slice(-2)
    .join(" ");

/** A bundle whose weights a run can go on from. @throws "bundle.mismatch" where they are of something else */
async function beginning(
  directory: string,
  wanted: { readonly algo: AlgorithmName; readonly spec: DomainSpec; readonly config: LearnerConfig },
): Promise<Bundle> {
  const bundle = await readBundle(directory);
  requireSpec(bundle, wanted.spec);
  const { algorithm, nets, head } = bundle.manifest;
  if (algorithm !== wanted.algo)
    throw new OnarmError("bundle.mismatch", `--from ${directory}: made by ${algorithm}; go on with --algo ${algorithm}`);
  if (configHash([nets, head]) !== configHash([wanted.config.nets, wanted.config.head]))
    throw new OnarmError(
      "bundle.mismatch",
      `--from ${directory}: its nets or its decoder's head are not those of this config; name them as its manifest.json has them`,
    );
  return bundle;
}

export const verb: Verb<Options> = {
  name: "meta-train",
  summary: "offline phase: meta-train a policy on a dataset, write a bundle",
  options: (command) => {
    command
      .requiredOption("--dataset <dir>", "what `onarm dataset` wrote")
      .addOption(new Option("--algo <name>", "algorithm").choices([...ALGORITHMS]).default("smac"))
      .addOption(
        new Option("--preset <name>", "hyper-parameters; --config lays single keys over them")
          .choices([...PRESETS])
          .default("default"),
      )
      .option("--updates <n>", "gradient updates", integer({ min: 1, max: 10_000_000 }), 20000)
      .option("--validation <n>", "validation tasks that judge the decoder", integer({ min: 1, max: 1000 }), 40)
      .option("--checkpoint-every <n>", "updates between checkpoints", integer({ min: 1 }), 5000)
      .option(
        "--from <dir>",
        "begin with the weights of this bundle, of the same domain, algorithm and nets, and not with fresh ones",
      )
      .option("--resume", "go on from the last checkpoint in --out, bit for bit")
      .option("--workers <n>", "processes that roll out", integer({ min: 1, max: 64 }), 2);
  },
  run: async (options, context) => {
    const dataset = await readDataset(path.resolve(options.dataset));
    const domain = await openDomain(dataset.manifest.domain);
    const { algo } = options;
    const where = context.configFile ?? "--config";
    const config = algorithmConfig(algo, options.preset, domain.spec, context.config ?? {}, where);
    const from = options.from === undefined ? undefined : await beginning(options.from, { algo, spec: domain.spec, config });
    const directory = path.resolve(context.out ?? `out/bundle-${domain.spec.name}-${context.seed}`);
    await mkdir(path.dirname(directory), { recursive: true });
    const checkpoint = `${directory}.checkpoint`;
    const trainer = new Remote<TrainerHandlers>("trainer", new URL("../trainer.ts", import.meta.url));
    let rollouts: Rollouts | undefined;
    try {
      await trainer.call("open", {
        ...{ algo, spec: domain.spec, config, seed: context.seed, dataset: path.resolve(options.dataset) },
        ...(from ? { tensors: { ...from.tensors } } : {}),
      });
      const of = configHash({ dataset: dataset.sha256, algo, config, seed: context.seed, ...(from ? { from: from.hash } : {}) });
      const kept = options.resume
        ? ((await trainer.call("loadCheckpoint", { file: checkpoint })) as { updates: number; of: string })
        : undefined;
      if (kept && kept.of !== of)
        throw new OnarmError(
          "usage.invalid",
          `${checkpoint}: left by a run with another dataset, config, seed or beginning; repeat that command line, or start without --resume`,
        );
      let done = kept?.updates ?? 0;
      const save = () => trainer.call("saveCheckpoint", { file: checkpoint, progress: { updates: done, of } });
      const stop = async (): Promise<never> => {
        if (done === 0) throw new OnarmError("interrupted", "meta-train: stopped before its first update; nothing was written");
        await save();
        throw new OnarmError(
          "interrupted",
          `meta-train: stopped after ${done} updates; go on with the same command and --resume (checkpoint: ${checkpoint})`,
        );
      };
      const progress = context.progress("updates", options.updates);
      progress.update(done);
      let losses: Metrics | undefined;
      const [first, began] = [done, performance.now()];
      while (done < options.updates && !context.signal.aborted) {
        const count = Math.min(CHUNK, options.updates - done);
        losses = await trainer.call("update", { count });
        done += count;
        progress.update(done, shown(losses));
        if (done % options.checkpointEvery < CHUNK) await save();
      }
      progress.finish();
      const updatesPerSecond = (1000 * (done - first)) / (performance.now() - began);
      if (context.signal.aborted) return await stop();
      const judged = {
        config,
        taskSeed: dataset.manifest.tasks.seed,
        seed: context.seed,
        tasks: options.validation,
        history: 6,
        asked: 3,
        signal: context.signal,
      };
      const decodes = config.head !== "none";
      if (decodes) rollouts = await Rollouts.open(domain.spec.name, options.workers);
      const decoder = rollouts ? await decoderQuality(domain, rollouts, trainer, judged) : null;
      if (decoder === undefined) return await stop();
      const bundle = await bundleOf(trainer, directory, {
        algo,
        spec: domain.spec,
        config,
        preset: options.preset,
        provenance: {
          command: commandLine(),
          commit: commit(),
          seed: context.seed,
          dataset: {
            sha256: dataset.sha256,
            taskSeed: dataset.manifest.tasks.seed,
            tasks: dataset.manifest.tasks.count,
            ...(dataset.manifest.tasks.own ? { own: dataset.manifest.tasks.own } : {}),
          },
          parent: from?.hash ?? null,
          updates: (from?.manifest.provenance.updates ?? 0) + done,
          practiceSteps: 0,
          practice: "none",
          metrics: decoder === null ? {} : "auc" in decoder ? { decoderAuc: decoder.auc } : { decoderR2: decoder.r2 },
        },
      });
      await rm(checkpoint, { force: true });
      return { losses: losses ?? null, decoder, updates: done, updatesPerSecond, bundle: directory, hash: bundle.hash };
    } finally {
      rollouts?.close();
      trainer.close();
    }
  },
};
