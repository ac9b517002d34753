import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { broker, fleetLogin, type Broker, type Login } from "../../launch/drill/broker.ts";
import { intake } from "../../src/telemetry/intake.ts";
import type { Message } from "../../src/telemetry/messages.ts";
import { skip } from "./skip.ts";

export interface TestBroker extends Broker {
  readonly folder: string;
}

/** A broker in a folder of its own; the suite is skipped where there is none. Not yet started. */
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

export interface Reader {
  readonly client: MqttClient;
  /** Everything that came, and what of it was met for the first time. */
  readonly packets: readonly IPublishPacket[];
  readonly messages: readonly Message[];
  readonly intake: ReturnType<typeof intake>;
  close(): Promise<void>;
}

/** Whoever gathers what a fleet says: a client with a session that the broker keeps, which comes back when the broker does. */
export async function reader(
  url: string,
  {
    login = fleetLogin,
    topic = "onarm/v1/#",
    ca,
    clientId = "reader",
  }: { readonly login?: Login; readonly topic?: string; readonly ca?: string; readonly clientId?: string } = {},
): Promise<Reader> {
  const [packets, messages]: [IPublishPacket[], Message[]] = [[], []];
  const taking = intake();
  const client = await connectAsync(url, {
    ...login,
    ...(ca === undefined ? {} : { ca }),
    protocolVersion: 5,
    clientId,
    clean: false,
    properties: { sessionExpiryInterval: 600 },
    reconnectPeriod: 100,
  });
  client.on("error", () => {});
  client.on("message", (at, payload, packet) => {
    packets.push(packet);
    const message = taking.take(at, payload);
    if (message) messages.push(message);
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return { client, packets, messages, intake: taking, close: () => client.endAsync(true) };
}

/** Waits until something is so; fails with what was waited for. */
export async function until(what: string, is: () => boolean, patience = 20_000): Promise<void> {
  for (const end = Date.now() + patience; !is(); await new Promise((done) => setTimeout(done, 20)))
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
}
