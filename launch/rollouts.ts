import type { Episode } from "../src/domain/experience.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { Adaptation } from "../src/policy/macaw.ts";
import type { NetHead, NetShapes } from "../src/policy/nets.ts";
import { Remote } from "./rpc.ts";
import type {
  BehaveJob,
  Collected,
  CollectJob,
  MetaTestJob,
  Practised,
  PractiseJob,
  RolloutHandlers,
  TaskScore,
} from "./rolloutWorker.ts";

export interface Weights {
  readonly nets: NetShapes;
  readonly head: NetHead;
  readonly contextRows: number;
  readonly adaptation?: Adaptation | undefined;
  /** How many training tasks its exploration remembers at a time; absent where it explores under the prior. */
  readonly recall?: { readonly near: number } | undefined;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}
export const weightsOf = (bundle: Bundle): Weights => ({
  nets: bundle.manifest.nets,
  head: bundle.manifest.head,
  contextRows: bundle.manifest.metaTest.contextRows,
  ...(bundle.manifest.metaTest.recall ? { recall: bundle.manifest.metaTest.recall } : {}),
  ...(bundle.manifest.adaptation ? { adaptation: bundle.manifest.adaptation } : {}),
  tensors: bundle.tensors,
});

/**
 * Lockstep rollouts in several processes. Item k always goes to worker k mod W, in order, so that a run with the same seed and the
 * same number of workers repeats bit for bit, whatever the machine's speed.
 */
export class Rollouts {
  readonly #workers: Remote<RolloutHandlers>[];

  private constructor(workers: Remote<RolloutHandlers>[]) {
    this.#workers = workers;
  }

  static async open(domain: string, workers: number): Promise<Rollouts> {
    const entry = new URL("./rolloutWorker.ts", import.meta.url);
    const remotes = Array.from({ length: workers }, () => new Remote<RolloutHandlers>("rollout", entry));
    const rollouts = new Rollouts(remotes);
    await Promise.all(remotes.map((worker) => worker.call("open", { name: domain }))).catch((error: unknown) => {
      rollouts.close();
      throw error;
    });
    return rollouts;
  }

  /** Only what acts and adapts crosses over: policy and encoder, what a gradient step needs, or what exploring remembers and decodes. */
  async load({ nets, head, contextRows, adaptation, recall, tensors }: Weights): Promise<void> {
    const crosses = adaptation ? /^(pi|adv|v|rate)\./ : recall ? /^(pi|enc|dec\d*|recall)\./ : /^(pi|enc)\./;
    const acting = Object.fromEntries(Object.entries(tensors).filter(([name]) => crosses.test(name)));
    const job = {
      nets,
      head,
      contextRows,
      ...(adaptation ? { adaptation } : {}),
      ...(recall ? { recall } : {}),
      tensors: acting,
    };
    await Promise.all(this.#workers.map((worker) => worker.call("load", job)));
  }

  /** Ends early, with the tasks before the first that is missing, when `signal` is aborted. */
  async behave(
    job: BehaveJob,
    done: (count: number) => void,
    signal?: AbortSignal,
  ): Promise<{ episodes: Episode[]; successes: number[] }> {
    const made = await this.#spread(job.ids, done, (worker, id) => worker.call("behave", { ...job, ids: [id] }), signal);
    const [episodes, successes]: [Episode[], number[]] = [[], []];
    for (const part of made) {
      if (!part) break;
      episodes.push(...part.episodes);
      successes.push(...part.successes);
    }
    return { episodes, successes };
  }

  /** Ends early, with the scores so far, when `signal` is aborted. */
  async metaTest(job: MetaTestJob, done: (count: number) => void, signal?: AbortSignal): Promise<TaskScore[]> {
    const scores = await this.#spread(job.ids, done, (worker, id) => worker.call("metaTest", { ...job, ids: [id] }), signal);
    return scores.flatMap((part) => part ?? []);
  }

  async practise(job: PractiseJob, done: (count: number) => void): Promise<Practised[]> {
    const made = await this.#spread(job.rollouts, done, (worker, one) => worker.call("practise", { ...job, rollouts: [one] }));
    return made.flatMap((part) => part ?? []);
  }

  /** The same acting with the environment's rewards: the online phase of an oracle, never practice. Ends early when `signal` is aborted. */
  async collect(job: CollectJob, done: (count: number) => void, signal?: AbortSignal): Promise<Collected[]> {
    const ask = (worker: Remote<RolloutHandlers>, one: CollectJob["rollouts"][number]) =>
      worker.call("collect", { ...job, rollouts: [one] });
    const made = await this.#spread(job.rollouts, done, ask, signal);
    return made.flatMap((part) => part ?? []);
  }

  /** Of the processes that roll out. */
  get pids(): number[] {
    return this.#workers.flatMap(({ pid }) => pid ?? []);
  }

  close(): void {
    for (const worker of this.#workers) worker.close();
  }

  /** In the order of `items`; what an aborted signal left undone is undefined. */
  async #spread<I, R>(
    items: readonly I[],
    done: (count: number) => void,
    ask: (worker: Remote<RolloutHandlers>, item: I) => Promise<R>,
    signal?: AbortSignal,
  ): Promise<(R | undefined)[]> {
    const results = items.map((): R | undefined => undefined);
    await Promise.all(
      this.#workers.map(async (worker, w) => {
        for (let i = w; i < items.length && !signal?.aborted; i += this.#workers.length) {
          results[i] = await ask(worker, items[i]!);
          done(1);
        }
      }),
    );
    return results;
  }
}
