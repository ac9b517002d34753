import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { openTrainer, pointData, wholeConfig } from "./learning.ts";
import type { Trainer } from "./learning.ts";

/** Trainers at work beside the drill. `updates`: how many they have taken together. */
export interface Load {
  updates(): number;
  close(): Promise<void>;
}

/** Updates asked for at once. */
const CHUNK = 100;

/** One real trainer for every core, in processes of their own and as yielding as the product makes them. */
export async function openLoad(): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), "onarm-drill-load-"));
  const dataset = await pointData(folder);
  const trainers: Trainer[] = [];
  let [updates, closed] = [0, false];
  const close = async () => {
    closed = true;
    for (const trainer of trainers) trainer.close();
    await rm(folder, { recursive: true, force: true });
  };
  const work = async (trainer: Trainer) => {
    while (!closed) {
      await trainer.call("update", { count: CHUNK });
      updates += CHUNK;
    }
  };
  try {
    for (let core = 0; core < availableParallelism(); core++) trainers.push(await openTrainer(dataset, wholeConfig));
  } catch (error) {
    await close();
    throw error;
  }
  for (const trainer of trainers) void work(trainer).catch(() => {}); // a closed trainer's last call is of no account
  return { updates: () => updates, close };
}
