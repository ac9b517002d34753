import type { Progress } from "../progress.ts";
import { Lane } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { datasetCell } from "./datasetCell.ts";
import { fineTuneCell } from "./fineTuneCell.ts";
import type { Cell } from "./plan.ts";
import type { Result } from "./results.ts";
import { scoreCell } from "./scoreCell.ts";
import { trainCell } from "./trainCell.ts";

export interface StudyRun extends Pick<Bench, "study" | "store" | "domain" | "given" | "configs" | "signal"> {
  /** Cells at once. No part of what a seed repeats: a cell's numbers do not depend on its neighbours. */
  readonly jobs: number;
  readonly progress: (label: string, total: number) => Progress;
}

/** Runs what is missing of a plan, each cell when those it needs are there. @returns how many cells are finished; all, unless interrupted. */
export async function runCells(cells: readonly Cell[], run: StudyRun): Promise<number> {
  const finished = new Set<string>();
  for (const cell of cells) if ((await run.store.read(cell.id)) !== undefined) finished.add(cell.id);
  const missing = cells.filter((cell) => !finished.has(cell.id));
  const kept = cells.length - missing.length;
  const progress = run.progress("study", sum(missing));
  const shares = new Map<Cell, number>();
  const tell = (cell: Cell, share: number) => {
    shares.set(cell, share);
    const done = [...shares].reduce((total, [{ work }, part]) => total + work * part, 0);
    progress.update(done, `${finished.size}/${cells.length} cells, ${cell.id}`);
  };
  let failure: unknown;
  /** One failure stops the neighbours in order too: they leave checkpoints, and nobody waits hours for the message. */
  const failed = new AbortController();
  const signal = AbortSignal.any([run.signal, failed.signal]);
  const waiting: (() => void)[] = [];
  const wake = () => waiting.splice(0).forEach((go) => go());
  const lane = async () => {
    const bench = new Lane(run.domain.spec.name, run.study.workers);
    try {
      while (missing.length > 0 && !signal.aborted) {
        const next = missing.findIndex((cell) => cell.needs.every((id) => finished.has(id)));
        if (next < 0) {
          await new Promise<void>((resolve) => void waiting.push(resolve));
          continue;
        }
        const cell = missing.splice(next, 1)[0]!;
        const result = await runCell(cell, { ...run, signal, lane: bench, progress: (share) => tell(cell, share) });
        if (!result) break;
        await run.store.write(cell.id, result);
        finished.add(cell.id);
        tell(cell, 1);
        wake();
      }
    } catch (error) {
      failure ??= error;
      failed.abort();
    } finally {
      bench.close();
      wake();
    }
  };
  await Promise.all(Array.from({ length: run.jobs }, lane));
  progress.finish(`${finished.size}/${cells.length} cells${kept > 0 ? `, ${kept} of them kept from before` : ""}`);
  if (failure !== undefined) throw failure;
  return finished.size;
}

const sum = (cells: readonly Cell[]) => cells.reduce((total, { work }) => total + work, 0);

function runCell(cell: Cell, bench: Bench): Promise<Result | undefined> {
  if (cell.kind === "dataset") return datasetCell(cell, bench);
  if (cell.kind === "train") return trainCell(cell, bench);
  if (cell.kind === "score") return scoreCell(cell, bench);
  return fineTuneCell(cell, bench);
}
