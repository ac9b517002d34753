import path from "node:path";
import { Option } from "commander";
import { writeDataset } from "../../src/learning/dataset.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Episode } from "../../src/domain/experience.ts";
import { writeBehaviour } from "../behaviourFile.ts";
import type { LearnedBehaviour } from "../behaviourFile.ts";
import type { BehaviourHandlers } from "../behaviourLearner.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { domainNames, openDomain } from "../domains.ts";
import { excerpt } from "../excerpt.ts";
import { commandLine, commit } from "../provenance.ts";
import { Remote } from "../rpc.ts";
import { labelSources } from "../recordings/labels.ts";
import { recordedDataset, type RecordedFlags } from "../recordings/recordedDataset.ts";
import { Rollouts } from "../rollouts.ts";
import { sharedLabels } from "../sharing.ts";

interface Options {
  readonly domain: string;
  readonly tasks: number;
  readonly episodes: number;
  readonly behaviour: "given" | "learned";
  readonly rounds: number;
  readonly workers: number;
}

type Asked = { readonly excerpt?: string } & Omit<Options, "domain"> &
  Omit<RecordedFlags, "from"> &
  Partial<Pick<RecordedFlags, "from">>;

export const verb: Verb<Asked> = {
  name: "dataset",
  summary: "make offline data: with a domain's behaviour, with one that is learned first, or from recordings",
  options: (command) => {
    command
      .option("--domain <name>", `one of ${domainNames().join(", ")}`)
      .option("--from <recordings...>", "recordings of an arm (.mcap), or folders of them, in place of a behaviour")
      .addOption(
        new Option(
          "--label <source>",
          "from: who says what a step was worth: the aim's predicate, a person, or the recording itself",
        )
          .choices([...labelSources])
          .default("predicate"),
      )
      .option("--labels <file>", "from, by a person: JSON lines of episodes and their rewards")
      .option(
        "--aim <kinds>",
        "from: what the episodes are labelled for, as open-drawer,press-button; what each was driven for when left out",
      )
      .option("--with <dataset>", "from: a dataset whose tasks come first")
      .option("--excerpt <dataset>", "the first --tasks tasks of a dataset: what learned from the whole can practise with them")
      .option("--tasks <n>", "training tasks", integer({ min: 1, max: 10000 }), 80)
      .option("--episodes <n>", "episodes per task", integer({ min: 1, max: 10000 }), 20)
      .addOption(
        new Option("--behaviour <kind>", "the domain's own behaviour, or SAC that is told the task: then its replay is the data")
          .choices(["given", "learned"])
          .default("given"),
      )
      .option("--rounds <n>", "learned: episodes of each task that it learns from", integer({ min: 1, max: 100_000 }), 20)
      .option("--workers <n>", "processes that roll out (part of what a seed repeats)", integer({ min: 1, max: 64 }), 2);
  },
  run: async ({ from, excerpt: of, ...asked }, context) => {
    const { domain: name, episodes } = asked;
    if (of !== undefined) {
      if (from || name !== undefined)
        throw new OnarmError("usage.invalid", "dataset: --excerpt is of a dataset that is there; leave --domain and --from out");
      return excerpt({ from: of, tasks: asked.tasks }, context);
    }
    if (from) return recordedDataset({ ...asked, from }, context);
    if (name === undefined)
      throw new OnarmError(
        "usage.invalid",
        "dataset: --domain names whose behaviour makes the data, or --from recordings; run 'onarm dataset --help' for its options",
      );
    if (asked.aim !== undefined || asked.with !== undefined || asked.labels !== undefined || asked.label !== "predicate")
      throw new OnarmError(
        "usage.invalid",
        "dataset: --aim, --label, --labels and --with are of recordings; name them with --from",
      );
    const options = { ...asked, domain: name };
    const domain = await openDomain(name);
    const directory = path.resolve(context.out ?? `out/dataset-${name}-${context.seed}`);
    if (options.behaviour === "learned" && !domain.goal)
      throw new OnarmError(
        "usage.invalid",
        `--behaviour learned: a task of ${name} cannot be told in a few numbers; leave the flag out for its ${domain.behaves} data`,
      );
    if (options.behaviour === "learned" && episodes > options.rounds)
      throw new OnarmError(
        "usage.invalid",
        `--episodes ${episodes}: ${options.rounds} rounds make no more than ${options.rounds} episodes a task; raise --rounds`,
      );
    const made = options.behaviour === "learned" ? await learn(options, context) : await behave(options, context);
    if (made.episodes.length === 0)
      throw new OnarmError("interrupted", "dataset: stopped before the first task was whole; nothing was written");
    const whole = made.episodes.at(-1)!.task + 1;
    const provenance = { command: commandLine(), commit: commit(), seed: context.seed };
    const tasks = Array.from({ length: whole }, (_, id) => domain.task("train", context.seed, id));
    const about = {
      tasks: { split: "train" as const, seed: context.seed, count: whole },
      episodesPerTask: made.episodes.length / whole,
      behaviour: made.behaviour ?? domain.behaves,
      success: domain.spec.hasSuccess && made.successes ? mean(made.successes) : null,
      provenance,
    };
    const shared = sharedLabels(domain, tasks, made.episodes);
    const dataset = await writeDataset(directory, domain.spec, made.episodes, about, shared);
    if (made.actor)
      await writeBehaviour(path.join(directory, "behaviour.safetensors"), domain.spec, { ...made.actor, made: provenance });
    const { transitions, success } = dataset.manifest;
    return {
      transitions,
      tasks: whole,
      episodes: made.episodes.length,
      success,
      return: mean(made.episodes.map((episode) => episode.reward.reduce((a, b) => a + b, 0))),
      ...made.learned,
      file: directory,
      sha256: dataset.sha256,
    };
  },
};

interface Made {
  /** Grouped by task, from task 0 on. */
  readonly episodes: readonly Episode[];
  readonly successes?: readonly number[];
  readonly behaviour?: string;
  readonly actor?: Omit<LearnedBehaviour, "made">;
  readonly learned?: Readonly<Record<string, number | null>>;
}
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

async function behave({ domain, tasks, episodes, workers }: Options, context: VerbContext): Promise<Made> {
  const rollouts = await Rollouts.open(domain, workers);
  const progress = context.progress("episodes", tasks * episodes);
  try {
    const ids = Array.from({ length: tasks }, (_, i) => i);
    const made = await rollouts.behave(
      { split: "train", taskSeed: context.seed, ids, seed: context.seed, episodes },
      () => progress.advance(episodes),
      context.signal,
    );
    progress.finish();
    return made;
  } finally {
    rollouts.close();
  }
}

/** An interrupt keeps the rounds that are whole. */
async function learn({ domain, tasks, episodes, rounds }: Options, context: VerbContext): Promise<Made> {
  const learner = new Remote<BehaviourHandlers>("behaviour", new URL("../behaviourLearner.ts", import.meta.url));
  const progress = context.progress("episodes", tasks * rounds);
  try {
    await learner.call("open", { name: domain, tasks, taskSeed: context.seed, seed: context.seed });
    let done = 0;
    let last: number | null = null;
    while (done < rounds && !context.signal.aborted) {
      const returns: number[] = [];
      for (let task = 0; task < tasks && !context.signal.aborted; task++) {
        const episode = await learner.call("episode", { task, round: done });
        if (episode.own) returns.push(episode.return);
        progress.advance(1, returns.length > 0 ? `return ${mean(returns).toFixed(1)}` : "");
      }
      if (context.signal.aborted) break;
      [done, last] = [done + 1, returns.length > 0 ? mean(returns) : null];
    }
    progress.finish();
    const replay = await learner.call("replay", { rounds: done, episodes });
    return {
      episodes: replay.episodes,
      behaviour: `learned: SAC told the task, ${done} episodes of each task, of which these are the last; one in three told another task's goal`,
      actor: replay,
      learned: { learnedSteps: replay.steps, learnedUpdates: replay.updates, lastReturn: last },
    };
  } finally {
    learner.close();
  }
}
