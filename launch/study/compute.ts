import { readFile } from "node:fs/promises";
import os from "node:os";
import process from "node:process";

/** What a piece of work cost. `coreSeconds`: processor time of all its processes; null where the system does not tell. */
export interface Compute {
  readonly updates: number;
  readonly steps: number;
  readonly seconds: number;
  readonly coreSeconds: number | null;
}

export const noCompute: Compute = { updates: 0, steps: 0, seconds: 0, coreSeconds: 0 };

export const plus = (a: Compute, b: Compute): Compute => ({
  updates: a.updates + b.updates,
  steps: a.steps + b.steps,
  seconds: a.seconds + b.seconds,
  coreSeconds: a.coreSeconds === null || b.coreSeconds === null ? null : a.coreSeconds + b.coreSeconds,
});

/** Clock ticks a second of /proc's times: 100 on every Linux that Node runs on (sysconf(_SC_CLK_TCK), proc(5)). */
const TICKS = 100;

/** Processor seconds so far of a living process; null where there is no /proc. */
async function coreSecondsOf(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return null;
  // The name in brackets may hold anything; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Reads wall and processor time since it was started; to be asked while the processes still live. */
export type Stopwatch = () => Promise<Pick<Compute, "seconds" | "coreSeconds">>;

/** Starts a stopwatch over processes of ours. This process is not counted: beside them it waits. */
export async function stopwatch(pids: readonly number[]): Promise<Stopwatch> {
  const began = performance.now();
  const before = await Promise.all(pids.map(coreSecondsOf));
  return async () => {
    const now = await Promise.all(pids.map(coreSecondsOf));
    const spent = now.map((seconds, i) => (seconds === null || before[i] === null ? null : seconds - before[i]!));
    return {
      seconds: (performance.now() - began) / 1000,
      coreSeconds: spent.reduce<number | null>((sum, s) => (sum === null || s === null ? null : sum + s), 0),
    };
  };
}

/** The machine in words that do not name it. */
export const machine = (): string => {
  const cpus = os.cpus();
  return `${cpus.length} x ${cpus[0]?.model.trim() || os.arch()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}, Node ${process.versions.node}`;
};
