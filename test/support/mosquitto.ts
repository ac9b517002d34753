import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { armLogin, broker, ROBOT, SITE, type Broker } from "../../launch/drill/broker.ts";
import { openFleet, type Fleet, type FleetOptions } from "../../launch/drill/fleet.ts";
import { openTelemetry, type Telemetry, type TelemetryOptions } from "../../launch/telemetry.ts";
import type { FleetEvent, Message } from "../../src/telemetry/messages.ts";
import { skip } from "./skip.ts";

export interface TestBroker extends Broker {
  readonly folder: string;
}

/** A broker in a folder of its own; the test is skipped where there is none. Not yet started. */
export async function testBroker(context: Mocha.Context, options: { readonly tls?: boolean } = {}): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), "onarm-broker-"));
  const made = await broker(folder, options);
  if (typeof made === "string") {
    await rm(folder, { recursive: true });
    skip(context, made);
  }
  return {
    ...made,
    folder,
    close: async () => {
      await made.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so; fails with what was waited for. */
export async function until(what: string, is: () => boolean, patience = 20_000): Promise<void> {
  for (const end = Date.now() + patience; !is(); await new Promise((done) => setTimeout(done, 20)))
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
}

/** A broker, and whoever speaks over it, to be closed together in the end. */
export interface TelemetryRig {
  readonly broker: TestBroker;
  /** What telemetry logged. */
  readonly lines: readonly string[];
  arm(options?: Partial<TelemetryOptions>): Promise<Telemetry>;
  fleet(options?: FleetOptions, at?: Broker): Promise<Fleet>;
  connected(telemetry: Telemetry): Promise<void>;
  keep(one: { close(): Promise<unknown> }): void;
  close(): Promise<void>;
}

export async function telemetryRig(context: Mocha.Context): Promise<TelemetryRig> {
  const own = await testBroker(context);
  const open: { close(): Promise<unknown> }[] = [];
  const lines: string[] = [];
  const kept = <T extends { close(): Promise<unknown> }>(one: T) => (open.push(one), one);
  return {
    broker: own,
    lines,
    arm: async (options = {}) => {
      const store = join(own.folder, "telemetry.jsonl");
      const known = { url: own.url, ...armLogin, site: SITE, robot: ROBOT, session: "s1", store };
      return kept(await openTelemetry({ ...known, ...options }, (line) => lines.push(line)));
    },
    fleet: async (options = {}, at = own) => kept(await openFleet(at, options)),
    connected: (telemetry) => until("a connection", () => telemetry.counts()?.connected === true),
    keep: kept,
    close: async () => {
      for (const each of open.reverse()) await each.close();
      await own.close();
    },
  };
}

/** An episode to be told, and the numbers of those that were. */
export const episode = (number: number): FleetEvent => ({
  kind: "episode",
  episode: number,
  steps: 50,
  seconds: 5,
  success: null,
  clamps: 0,
});
export const numbers = (messages: readonly Message[]) => messages.flatMap((m) => (m.channel === "episode" ? [m.episode] : []));
