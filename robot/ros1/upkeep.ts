import type { Socket } from "node:net";
import type { RosNode } from "@foxglove/ros1";
import { reachMaster } from "./master.ts";

/** ms: an XML-RPC call that takes longer is unanswered; how often a lost master or publisher is looked for; how often a quiet one is asked for us. */
const PATIENCE = 2000;
const LOOK = 250;
const ASK = 5000;
/** ms: how often connections are counted. */
const COUNT = 1000;

export function answered<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, no) => {
    timer = setTimeout(() => no(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

/** What the library leaves to its user: registering again with a master that came back, and connecting anew to a publisher that did. */
export interface Upkeep {
  /** A connection of this subscription broke: it is dropped, and made anew as long as anybody publishes. */
  mend(topic: string): void;
  /** Takes the node out of the graph. */
  leave(): Promise<void>;
}

export interface Told {
  readonly master: (lives: boolean) => void;
  readonly fault: (text: string) => void;
}

const nameOfHost = /getaddrinfo \w+ ([\w.-]+)/;

export function upkeep(node: RosNode, first: Socket, told: Told): Upkeep {
  const { rosMasterClient: master, name } = node;
  const uri = master.url();
  const api = node.rosFollower.url()!;
  let line = first;
  let open = true;
  let lives = true;
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (open) work();
    }, ms);
    timers.add(timer);
  };

  node.on("error", ({ message }) => {
    const host = nameOfHost.exec(message)?.[1];
    if (host !== undefined)
      told.fault(
        `a node of this graph calls its machine "${host}", which cannot be resolved here; add it to /etc/hosts, or install mDNS for .local names`,
      );
  });

  /** Whoever the master says publishes a topic is connected to, as when it tells of a change by itself. Resolves with who that is. */
  const find = async (topic: string): Promise<readonly string[]> => {
    const type = node.subscriptions.get(topic)?.dataType;
    if (type === undefined) return [];
    const [, , publishers] = await answered(master.registerSubscriber(name, topic, type, api));
    if (!Array.isArray(publishers)) return [];
    if (open) node.rosFollower.emit("publisherUpdate", topic, publishers as string[], name);
    return publishers as string[];
  };
  const seeking = new Set<string>();
  /** Until there is a connection to everybody who publishes: who was killed stands in the master's list until somebody takes its place. */
  const seek = (topic: string) => {
    if (seeking.has(topic)) return;
    seeking.add(topic);
    const again = async (wanted: readonly string[] | undefined) => {
      const found = [...(node.subscriptions.get(topic)?.publishers().values() ?? [])].map((it) => it.publisherXmlRpcUrl());
      if (wanted?.every((url) => found.includes(url))) return void seeking.delete(topic);
      const now = await find(topic).catch(() => undefined);
      later(LOOK, () => void again(now));
    };
    later(LOOK, () => void again(undefined));
  };
  const register = async () => {
    for (const { name: topic, dataType } of node.publications.values())
      await answered(master.registerPublisher(name, topic, dataType, api));
    for (const topic of node.subscriptions.keys()) await find(topic);
  };

  const watch = () => {
    line.once("close", () => void (open && gone()));
    line.once("end", () => line.destroy());
  };
  const gone = async () => {
    try {
      const found = await reachMaster(uri);
      if (!open) return void found.destroy();
      line = found;
      watch();
      await register();
      if (!lives) told.master((lives = true));
    } catch {
      if (lives) told.master((lives = false));
      // A line without a registration is no link.
      line.removeAllListeners("close").destroy();
      later(LOOK, () => void gone());
    }
  };
  watch();

  // The library gives a publisher up that did not answer once, and connects twice to one that it hears of twice at a time.
  const count = () => {
    for (const [topic, subscription] of node.subscriptions) {
      const known = new Set<string>();
      for (const [id, publisher] of [...subscription.publishers()]) {
        const url = publisher.publisherXmlRpcUrl();
        if (known.has(url)) subscription.removePublisher(id);
        known.add(url);
      }
      if (known.size === 0 && lives) seek(topic);
    }
    later(COUNT, count);
  };
  later(COUNT, count);

  // A machine that lost its power says no farewell: its master, back again, does not know us.
  const ask = async () => {
    try {
      if (lives && (await answered(master.lookupNode(name, name)))[0] !== 1 && open) await register();
    } catch {
      line.destroy();
    }
    later(ASK, () => void ask());
  };
  later(ASK, () => void ask());

  return {
    mend(topic) {
      const subscription = node.subscriptions.get(topic);
      if (!open || subscription === undefined) return;
      // The library would read the next connection's header as a message.
      for (const [id, { connection }] of [...subscription.publishers()])
        if (!connection.connected() && "retries" in connection && connection.retries !== 0) {
          subscription.removePublisher(id);
          seek(topic);
        }
    },
    async leave() {
      open = false;
      timers.forEach(clearTimeout);
      line.destroy();
      // Nobody is told where there is nobody.
      const farewells = () => [
        ...[...node.publications.keys()].map((topic) => master.unregisterPublisher(name, topic, api)),
        ...[...node.subscriptions.keys()].map((topic) => master.unregisterSubscriber(name, topic, api)),
      ];
      if (lives) await answered(Promise.allSettled(farewells())).catch(() => {});
      node.shutdown();
    },
  };
}
