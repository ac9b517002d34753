import path from "node:path";
import { writeDataset } from "../../src/learning/dataset.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { integer, type Verb } from "../cli.ts";
import { domainNames, openDomain } from "../domains.ts";
import { commandLine, commit } from "../provenance.ts";
import { Rollouts } from "../rollouts.ts";

interface Options {
  readonly domain: string;
  readonly tasks: number;
  readonly episodes: number;
  readonly workers: number;
}

export const verb: Verb<Options> = {
  name: "dataset",
  summary: "make offline data of training tasks with a domain's scripted behaviour",
  options: (command) => {
    command
      .requiredOption("--domain <name>", `one of ${domainNames().join(", ")}`)
      .option("--tasks <n>", "training tasks", integer({ min: 1, max: 10000 }), 80)
      .option("--episodes <n>", "episodes per task", integer({ min: 1, max: 10000 }), 20)
      .option("--workers <n>", "processes that roll out (part of what a seed repeats)", integer({ min: 1, max: 64 }), 2);
  },
  run: async ({ domain: name, tasks, episodes, workers }, context) => {
    const domain = await openDomain(name);
    const directory = path.resolve(context.out ?? `out/dataset-${name}-${context.seed}`);
    const rollouts = await Rollouts.open(name, workers);
    const progress = context.progress("episodes", tasks * episodes);
    try {
      const ids = Array.from({ length: tasks }, (_, i) => i);
      const { episodes: made, successes } = await rollouts.behave(
        { split: "train", taskSeed: context.seed, ids, seed: context.seed, episodes },
        () => progress.advance(episodes),
        context.signal,
      );
      progress.finish();
      if (made.length === 0)
        throw new OnarmError("interrupted", "dataset: stopped before the first task was whole; nothing was written");
      const whole = made.at(-1)!.task + 1;
      const dataset = await writeDataset(directory, domain.spec, made, {
        tasks: { split: "train", seed: context.seed, count: whole },
        episodesPerTask: episodes,
        behaviour: "scripted",
        success: domain.spec.hasSuccess ? successes.reduce((a, b) => a + b, 0) / successes.length : null,
        provenance: { command: commandLine(), commit: commit(), seed: context.seed },
      });
      const { transitions, success } = dataset.manifest;
      return { transitions, tasks: whole, episodes: made.length, success, file: directory, sha256: dataset.sha256 };
    } finally {
      rollouts.close();
    }
  },
};
