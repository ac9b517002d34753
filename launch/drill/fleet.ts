import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { intake } from "../../src/telemetry/intake.ts";
import { jsonOf, stampOf, type Message } from "../../src/telemetry/messages.ts";
import { fleetLogin, ROBOT, SITE, type Broker, type Login } from "./broker.ts";

/** What an arm answered to a command. */
export interface Answered {
  readonly outcome: "accepted" | "refused";
  readonly reason?: string;
  readonly text?: string;
  readonly lease?: string;
}

export interface CommandOptions {
  /** s from now when it was issued, and that it lives. */
  readonly issued?: number;
  readonly life?: number;
  readonly seq?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Whoever gathers what a fleet says and commands it: a client with a session that the broker keeps, which comes back when the broker does. */
export interface Fleet {
  readonly client: MqttClient;
  /** Everything that came, and what of it was met for the first time. */
  readonly packets: readonly IPublishPacket[];
  readonly messages: readonly Message[];
  readonly intake: ReturnType<typeof intake>;
  /** Sends one command and waits for its answer. */
  command(kind: string, options?: CommandOptions): Promise<Answered>;
  /** Sends anything to an arm's command topic and waits for the answer. */
  ask(payload: string | Buffer): Promise<Answered>;
  close(): Promise<void>;
}

export interface FleetOptions {
  readonly login?: Login;
  readonly topic?: string;
  readonly clientId?: string;
}

export const base = `onarm/v1/${SITE}/${ROBOT}`;

export async function openFleet({ url, ca }: Pick<Broker, "url" | "ca">, options: FleetOptions = {}): Promise<Fleet> {
  const { login = fleetLogin, topic = "onarm/v1/#", clientId = "fleet" } = options;
  const [packets, messages]: [IPublishPacket[], Message[]] = [[], []];
  const waiting = new Map<string, (answered: Answered) => void>();
  const taking = intake();
  let seq = Date.now();
  const client = await connectAsync(url, {
    ...login,
    ...(ca === undefined ? {} : { ca: await readFile(ca, "utf8") }),
    protocolVersion: 5,
    clientId,
    clean: false,
    properties: { sessionExpiryInterval: 600 },
    reconnectPeriod: 100,
  });
  client.on("error", () => {});
  client.on("message", (at, payload, packet) => {
    packets.push(packet);
    if (at.startsWith(`${base}/response`)) {
      const key = packet.properties?.correlationData?.toString() ?? "";
      waiting.get(key)?.(jsonOf(payload, 65_536) as Answered);
      return void waiting.delete(key);
    }
    if (at === `${base}/command`) return;
    const message = taking.take(at, payload);
    if (message) messages.push(message);
  });
  await client.subscribeAsync(topic, { qos: 1 });

  const ask = async (payload: string | Buffer): Promise<Answered> => {
    const key = randomBytes(8).toString("hex");
    const answered = new Promise<Answered>((resolve) => waiting.set(key, resolve));
    const properties = { responseTopic: `${base}/response/${clientId}`, correlationData: Buffer.from(key) };
    await client.publishAsync(`${base}/command`, payload, { qos: 1, properties });
    return answered;
  };
  return {
    client,
    packets,
    messages,
    intake: taking,
    ask,
    command: (kind, { issued = 0, life = 2, seq: own, more = {} } = {}) => {
      const at = Date.now() / 1000 + issued;
      const times = { issuedAt: stampOf(at), expiresAt: stampOf(at + life) };
      return ask(JSON.stringify({ version: 1, kind, from: clientId, seq: own ?? ++seq, ...times, ...more }));
    },
    close: () => client.endAsync(true),
  };
}
