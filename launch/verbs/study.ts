import path from "node:path";
import { Option } from "commander";
import { ALGORITHMS, algorithmConfig } from "../../src/learning/algorithms.ts";
import type { AlgorithmName } from "../../src/learning/algorithms.ts";
import { PRESETS } from "../../src/learning/config.ts";
import type { LearnerConfig, Preset } from "../../src/learning/config.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { readDataset } from "../../src/learning/dataset.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { domainNames, openDomain } from "../domains.ts";
import { CONTROLS, planOf } from "../study/plan.ts";
import type { Control, StudyConfig } from "../study/plan.ts";
import { publish } from "../study/publish.ts";
import { runCells } from "../study/run.ts";
import { openStore } from "../study/store.ts";

interface Options {
  readonly domain: string;
  readonly algos: string;
  readonly controls: string;
  readonly seeds: number;
  readonly dataset?: string;
  readonly trainTasks: number;
  readonly episodes: number;
  readonly updates: string;
  readonly steps: number;
  readonly rounds: number;
  readonly fineTuneTasks: number;
  readonly tasks: number;
  readonly taskSeed: number;
  readonly curveTasks: number;
  readonly preset: Preset;
  readonly workers: number;
  readonly jobs: number;
}

export const verb: Verb<Options> = {
  name: "study",
  summary: "compare algorithms over seeds on a domain: table, figures, report; the same command goes on where it was",
  options: (command) => {
    command
      .requiredOption("--domain <name>", `one of ${domainNames().join(", ")}`)
      .option("--algos <names>", `of ${ALGORITHMS.join(",")}, or all`, "all")
      .option("--controls <names>", `beside smac: of ${CONTROLS.join(",")}, or all or none`, "all")
      .option("--seeds <n>", "runs of each, from --seed on", integer({ min: 1, max: 1000 }), 3)
      .option("--dataset <dir>", "offline data for every seed, as `onarm dataset` wrote it, instead of a seed's own")
      .option("--train-tasks <n>", "training tasks of a seed's data", integer({ min: 2, max: 10_000 }), 80)
      .option("--episodes <n>", "episodes per training task", integer({ min: 1, max: 10_000 }), 50)
      .option("--updates <n>", "gradient updates of the offline phase; 20000,macaw=5000 gives one algorithm its own", "20000")
      .option("--steps <n>", "steps in the environment of the second phase", integer({ min: 1, max: 10_000_000 }), 20_000)
      .option("--rounds <n>", "awac: rounds of fine-tuning on each task", integer({ max: 1000 }), 5)
      .option("--fine-tune-tasks <n>", "awac: held-out tasks that are fine-tuned on", integer({ min: 2, max: 100_000 }), 20)
      .option("--tasks <n>", "held-out test tasks of every score", integer({ min: 2, max: 100_000 }), 100)
      .option("--task-seed <s>", "which held-out test tasks", integer(), 0)
      .option("--curve-tasks <n>", "validation tasks of the learning curves, 0 for none", integer({ max: 10_000 }), 20)
      .addOption(
        new Option("--preset <name>", "hyper-parameters; --config lays keys over them, under each algorithm's name")
          .choices([...PRESETS])
          .default("default"),
      )
      .option(
        "--workers <n>",
        "processes that roll out for one run (part of what a seed repeats)",
        integer({ min: 1, max: 64 }),
        1,
      )
      .option("--jobs <n>", "runs at once", integer({ min: 1, max: 64 }), 2);
  },
  run: async (options, context) => {
    const { jobs, algos, controls, dataset } = options;
    const domain = await openDomain(options.domain);
    const given = dataset === undefined ? undefined : await readDataset(path.resolve(dataset), domain.spec);
    if (given?.manifest.tasks.own)
      throw new OnarmError(
        "dataset.mismatch",
        `${dataset}: holds a lab's own tasks, which no other seed can make again; a study needs data that \`onarm dataset --domain\` made`,
      );
    const names = chosen<AlgorithmName>("--algos", algos, ALGORITHMS);
    if (names.length === 0)
      throw new OnarmError("usage.invalid", `--algos: names none; give some of ${ALGORITHMS.join(",")}, or all`);
    // Named one by one: `options` also holds what is no part of a study, as --json and --quiet.
    const study: StudyConfig = {
      domain: options.domain,
      algos: names,
      controls: names.includes("smac") ? chosen<Control>("--controls", controls === "none" ? "" : controls, CONTROLS) : [],
      seeds: Array.from({ length: options.seeds }, (_, i) => context.seed + i),
      ...(given ? { dataset: given.sha256 } : {}),
      trainTasks: given?.manifest.tasks.count ?? options.trainTasks,
      episodes: given?.manifest.episodesPerTask ?? options.episodes,
      ...updatesFrom(options.updates, names),
      steps: options.steps,
      rounds: options.rounds,
      fineTuneTasks: options.fineTuneTasks,
      taskSeed: options.taskSeed,
      tasks: options.tasks,
      curveTasks: options.curveTasks,
      preset: options.preset,
      over: context.config ?? {},
      workers: options.workers,
    };
    const configs = configsOf(study, domain.spec, options.preset, context);
    const directory = path.resolve(context.out ?? `out/study-${options.domain}-${context.seed}`);
    const store = await openStore(directory, study);
    try {
      const cells = planOf(study, domain.spec.horizon);
      const { signal, progress } = context;
      const done = await runCells(cells, { study, store, domain, given: given?.directory, configs, signal, jobs, progress });
      const about = { domain: options.domain, seeds: study.seeds, directory, cells: { done, total: cells.length } };
      const published = await publish(study, cells, store, domain);
      for (const line of published?.lines ?? []) context.log(line);
      if (done < cells.length)
        context.log(
          `study: stopped with ${done} of ${cells.length} cells finished${published ? `; seeds ${published.answer.seeds.join(", ")} are whole and reported` : ""}; the same command goes on`,
        );
      return { ...about, ...published?.answer };
    } finally {
      await store.close();
    }
  },
};

/** Names from a list with commas, each once, in the order of `known`. @throws "usage.invalid" for one that is none. */
function chosen<Name extends string>(flag: string, given: string, known: readonly Name[]): Name[] {
  const names =
    given === "all"
      ? known
      : given
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name !== "");
  const wrong = names.find((name) => !(known as readonly string[]).includes(name));
  if (wrong !== undefined)
    throw new OnarmError("usage.invalid", `${flag} ${wrong}: is none; give some of ${known.join(",")}, or all`);
  return known.filter((name) => names.includes(name));
}

/** "20000,macaw=5000". @throws "usage.invalid" for what is no number of updates, or of an algorithm that the study has not. */
function updatesFrom(given: string, algos: readonly AlgorithmName[]): Pick<StudyConfig, "updates" | "updatesOf"> {
  const refuse = (why: string) =>
    new OnarmError("usage.invalid", `--updates ${given}: ${why}; give a whole number, as 20000 or 20000,macaw=5000`);
  const count = integer({ min: 1, max: 10_000_000 });
  const numbered = (word: string) => {
    try {
      return count(word);
    } catch {
      throw refuse(`${JSON.stringify(word)} is no number from 1 to 10000000`);
    }
  };
  const [all = "", ...single] = given.split(",");
  const own = single.map((part): [AlgorithmName, number] => {
    const [name = "", n = ""] = part.split("=");
    const algo = algos.find((known) => known === name.trim());
    if (!algo) throw refuse(`${JSON.stringify(name)} is no algorithm of this study`);
    return [algo, numbered(n)];
  });
  return { updates: numbered(all), updatesOf: Object.fromEntries(own) };
}

/** The config of each algorithm: its preset, and what --config says under its name. */
function configsOf(
  { algos, over }: StudyConfig,
  spec: Parameters<typeof algorithmConfig>[2],
  preset: Preset,
  context: VerbContext,
): Partial<Record<AlgorithmName, LearnerConfig>> {
  const where = context.configFile ?? "--config";
  for (const [name, keys] of Object.entries(over)) {
    if (!(algos as readonly string[]).includes(name))
      throw new OnarmError(
        "config.invalid",
        `${where}: ${name}: no algorithm of this study; put keys under one of ${algos.join(", ")}`,
      );
    if (typeof keys !== "object" || keys === null || Array.isArray(keys))
      throw new OnarmError("config.invalid", `${where}: ${name}: holds no settings; write 'name: value' lines under it`);
  }
  const settings = (name: AlgorithmName) => (over[name] ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    algos.map((name) => [name, algorithmConfig(name, preset, spec, settings(name), `${where}: ${name}`)]),
  );
}
