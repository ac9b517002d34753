import { spawned } from "./spawned.ts";
import type { RelayJob } from "./relayProcess.ts";

/** A process between a twin and its clients, as a bridge stands between a real arm and us: it can die or stall while the arm lives. */
export interface Relay {
  /** Where clients of the twin behind it connect. */
  readonly address: string;
  readonly pid: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

/** Starts a relay in front of "host:port". `port`: where it listens, so that it can come back at the same place; 0: any free one. */
export async function spawnRelay(address: string, port = 0): Promise<Relay> {
  const job: RelayJob = { address, port, parent: process.pid };
  const relay = await spawned(new URL("./relayProcess.ts", import.meta.url), "relay", job);
  return { address: relay.address, pid: relay.pid, kill: () => relay.end("SIGKILL"), end: () => relay.end() };
}
