import type { Episode } from "../src/domain/experience.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { DecoderHead, NetShapes } from "../src/policy/nets.ts";
import { Remote } from "./rpc.ts";
import type { BehaveJob, MetaTestJob, Practised, PractiseJob, RolloutHandlers, TaskScore } from "./rolloutWorker.ts";

export interface Weights {
  readonly nets: NetShapes;
  readonly head: DecoderHead;
  readonly contextRows: number;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}
export const weightsOf = (bundle: Bundle): Weights => ({
  nets: bundle.manifest.nets,
  head: bundle.manifest.head,
  contextRows: bundle.manifest.metaTest.contextRows,
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

  /** Only what acts crosses over: policy and encoder. */
  async load({ nets, head, contextRows, tensors }: Weights): Promise<void> {
    const acting = Object.fromEntries(Object.entries(tensors).filter(([name]) => /^(pi|enc)\./.test(name)));
    await Promise.all(this.#workers.map((worker) => worker.call("load", { nets, head, contextRows, tensors: acting })));
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
