import type { ArmDescription } from "../src/domain/arm.ts";
import { spawned } from "./spawned.ts";
import { connectTwin } from "./twinClient.ts";
import type { ConnectOptions, PacedTwin } from "./twinClient.ts";
import type { PacedOptions, TwinJob } from "./twinProcess.ts";

export { connectTwin } from "./twinClient.ts";
export type { ConnectOptions, PacedTwin, TwinWorld } from "./twinClient.ts";
export type { PacedOptions } from "./twinProcess.ts";

/** A twin process of our own making, and the first link to it. It goes on living when this process dies, and ends by itself soon after. */
export interface SpawnedTwin extends PacedTwin {
  readonly address: string;
  readonly pid: number;
  /** Closes the link and ends the process; resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts a twin in a process of its own and connects to it. Rejects with what the twin itself found wrong, or "process.lost". */
export async function spawnTwin(
  description: ArmDescription,
  options: PacedOptions = {},
  link: ConnectOptions = {},
): Promise<SpawnedTwin> {
  const job: TwinJob = { description, options };
  const { address, pid, end } = await spawned(new URL("./twinProcess.ts", import.meta.url), "twin", job);
  const twin = await connectTwin(address, link);
  return {
    ...twin,
    address,
    pid,
    async end() {
      await twin.arm.close();
      await end();
    },
  };
}
