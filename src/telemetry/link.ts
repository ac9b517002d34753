import { setTimeout as pause } from "node:timers/promises";
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";

export interface Outgoing {
  readonly topic: string;
  readonly text: string;
  readonly qos: 0 | 1;
  readonly retain?: boolean;
  /** s after which the broker need not deliver it any more. */
  readonly expiry?: number;
  readonly correlation?: Uint8Array;
}

export interface Incoming {
  readonly bytes: Uint8Array;
  readonly responseTopic?: string;
  readonly correlation?: Uint8Array;
}

/** One connection, from its beginning to its end; after that it sends nothing any more. */
export interface Connection {
  /** Resolves when the broker has it (qos 1) or it was written (qos 0). Rejects when it was refused or the connection ended before. */
  send(message: Outgoing): Promise<void>;
  readonly open: boolean;
  /** What the broker takes at most: messages under way, and bytes of one. */
  readonly window: number;
  readonly maxBytes: number;
}

export interface LinkOptions {
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM of the authority that signed the broker's certificate; the system's own when left out. */
  readonly ca?: string;
  /** Heard once it subscribes, anew at every connection. */
  readonly listen: string;
  /** Said by the broker when the connection breaks and does not come back at once. Asked for at every connection. */
  readonly will: () => { readonly topic: string; readonly text: string };
  readonly connected: (connection: Connection) => void;
  readonly heard: (message: Incoming) => void;
  readonly told: (line: string) => void;
}

export interface Link {
  connection(): Connection | undefined;
  /** Says goodbye in order, if the broker listens. */
  close(): Promise<void>;
}

/** s: how long the broker remembers a connection that broke, and how long it waits before it says so. Commands older than that are never kept for us. */
const REMEMBERED = 5;
const WILL_DELAY = 2;
const KEEPALIVE = 5;
/** ms to wait before connecting again: from, to. */
const [SOON, LATER] = [250, 5000];
/** ms that a connection has to have lasted for its end to be an accident. */
const LASTING = 10_000;
/** Connections in a row that did not, after which nothing more is said of them. */
const FLAPS = 3;
/** ms to leave the place to another client of our name, or both would throw the other out for ever. MQTT's reason for that; not every broker gives it. */
const RIVAL = 30_000;
const TAKEN_OVER = 0x8e;
/** Bytes of one message from the broker; a longer one is not even delivered. */
const LONGEST_HEARD = 16_384;

const optionsOf = ({ clientId, username, password, ca, will }: LinkOptions): IClientOptions => {
  const { topic, text } = will();
  return {
    protocolVersion: 5,
    clientId,
    clean: false,
    keepalive: KEEPALIVE,
    connectTimeout: 5000,
    // Every connection is a client of its own: what is under way when it ends comes out of the backlog again, and nowhere else is a queue.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    properties: { sessionExpiryInterval: REMEMBERED, receiveMaximum: 16, maximumPacketSize: LONGEST_HEARD },
    will: { topic, payload: Buffer.from(text), qos: 1, retain: true, properties: { willDelayInterval: WILL_DELAY } },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
  };
};

function incoming({ payload, properties }: IPublishPacket): Incoming {
  const { responseTopic, correlationData } = properties ?? {};
  return {
    bytes: typeof payload === "string" ? Buffer.from(payload) : payload,
    ...(typeof responseTopic === "string" ? { responseTopic } : {}),
    ...(correlationData === undefined ? {} : { correlation: correlationData }),
  };
}

function connectionOf(client: MqttClient, window: number, maxBytes: number): Connection {
  return {
    get open() {
      return client.connected;
    },
    window,
    maxBytes,
    send: ({ topic, text, qos, retain = false, expiry, correlation }) =>
      new Promise<void>((resolve, reject) => {
        if (!client.connected) return reject(new Error("the connection has ended"));
        const gone = () => reject(new Error("the connection has ended"));
        client.once("close", gone);
        const properties = {
          ...(expiry === undefined ? {} : { messageExpiryInterval: expiry }),
          ...(correlation === undefined ? {} : { correlationData: Buffer.from(correlation) }),
        };
        client.publish(topic, text, { qos, retain, properties }, (error) => {
          client.off("close", gone);
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}

/** Keeps a connection to a broker for as long as it is wanted. A broker that is not there costs nothing but a try now and then. */
export function openLink(options: LinkOptions): Link {
  const closing = new AbortController();
  let current: { readonly client: MqttClient; readonly connection: Connection } | undefined;
  let silent = false;
  let short = 0; // connections in a row that did not last

  /** One connection; resolves at its end, with how soon the next may be tried, ms: later each time where there was none. */
  const live = (wait: number) =>
    new Promise<number>((resolve) => {
      let was = false;
      let taken = false;
      const since = performance.now();
      let why = "no answer";
      const client = connect(options.url, optionsOf(options));
      client.setMaxListeners(0);
      const give = () => void (was || client.end(true));
      const end = () => {
        current = undefined;
        closing.signal.removeEventListener("abort", give);
        client.removeAllListeners();
        client.on("error", () => {}); // a socket may have last words
        client.end(true);
        const lasting = was && performance.now() - since > LASTING;
        short = lasting ? 0 : was ? short + 1 : short;
        if (short === FLAPS) why = "again and again; has another run the same site and robot?";
        if (!closing.signal.aborted && short <= FLAPS && (was || !silent))
          options.told(`telemetry: the broker is gone (${why}); the run goes on without it`);
        silent = true;
        resolve(taken ? RIVAL : lasting ? SOON : Math.min(LATER, 2 * wait));
      };
      client.on("error", (error) => (why = error.message || String((error as NodeJS.ErrnoException).code)));
      client.on("disconnect", ({ reasonCode }) => {
        taken = reasonCode === TAKEN_OVER;
        why = taken ? "another run has the same site and robot" : `it said goodbye, reason ${reasonCode}`;
      });
      client.once("close", end);
      client.on("message", (_topic, _payload, packet) => options.heard(incoming(packet)));
      client.once("connect", ({ properties }) => {
        was = true;
        why = "the connection broke";
        const connection = connectionOf(
          client,
          Math.min(16, properties?.receiveMaximum ?? 16),
          properties?.maximumPacketSize ?? Infinity,
        );
        current = { client, connection };
        if (short < FLAPS) options.told("telemetry: the broker is there");
        silent = false;
        // Retained commands are old ones: rh 2 has the broker keep them to itself.
        client.subscribe(options.listen, { qos: 1, rh: 2 }, (error) => {
          if (error && client.connected)
            options.told(`telemetry: commands cannot be heard: ${error.message}; look at the access list`);
        });
        options.connected(connection);
      });
      closing.signal.addEventListener("abort", give);
    });

  const attend = async () => {
    for (let wait = SOON / 2; !closing.signal.aborted;) {
      wait = await live(wait);
      const some = wait * (0.75 + 0.5 * Math.random()); // many arms must not all come back in one moment
      await pause(some, undefined, { signal: closing.signal }).catch(() => {});
    }
  };
  const attended = attend();

  return {
    connection: () => current?.connection,
    close: async () => {
      closing.abort();
      const { client } = current ?? {};
      if (client)
        await new Promise<void>((resolve) =>
          client.end(false, { reasonCode: 0, properties: { sessionExpiryInterval: 0 } }, () => resolve()),
        );
      await attended;
    },
  };
}
