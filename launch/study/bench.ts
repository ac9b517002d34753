import type { AlgorithmName } from "../../src/learning/algorithms.ts";
import type { LearnerConfig } from "../../src/learning/config.ts";
import type { Domain } from "../domains.ts";
import { Rollouts } from "../rollouts.ts";

import type { StudyConfig } from "./plan.ts";
import type { Store } from "./store.ts";

/** What a cell works with. */
export interface Bench {
  readonly study: StudyConfig;
  readonly store: Store;
  readonly domain: Domain;
  /** Where data that serve every seed lie, when they were given. */
  readonly given: string | undefined;
  readonly configs: Readonly<Partial<Record<AlgorithmName, LearnerConfig>>>;
  readonly signal: AbortSignal;
  readonly lane: Lane;
  /** Told how much of the cell is done, 0 to 1. */
  readonly progress: (share: number, note?: string) => void;
}

/** Processes that roll out, kept from cell to cell as long as the same algorithm's nets act in them. */
export class Lane {
  readonly #domain: string;
  readonly #workers: number;
  #open: { readonly algo: AlgorithmName | undefined; readonly rollouts: Rollouts } | undefined;

  constructor(domain: string, workers: number) {
    this.#domain = domain;
    this.#workers = workers;
  }

  async rollouts(algo: AlgorithmName | undefined): Promise<Rollouts> {
    if (this.#open && this.#open.algo !== algo) this.close();
    this.#open ??= { algo, rollouts: await Rollouts.open(this.#domain, this.#workers) };
    return this.#open.rollouts;
  }

  close(): void {
    this.#open?.rollouts.close();
    this.#open = undefined;
  }
}
