import { RosNode } from "@foxglove/ros1";
import type { RosGraph } from "@foxglove/ros1";
import { TcpSocketNode } from "@foxglove/ros1/nodejs";
import { parse } from "@foxglove/rosmsg";
import { BehaviorSubject, distinctUntilChanged, Subject } from "rxjs";
import type { Observable } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Heard, Spoken } from "../wire.ts";
import { masterAt, reachMaster } from "./master.ts";
import { definitionOf } from "./messages.ts";
import type { Messages, MessageType } from "./messages.ts";
import { FacingServer, outlet } from "./publishing.ts";
import { heard, md5Of, spoken } from "./topics.ts";
import { answered, upkeep } from "./upkeep.ts";

export interface Ros1Options {
  /** "http://host:11311", the robot's own. */
  readonly master: string;
  /** Of this node, without the slash; its process id and a number are added, for ROS ends the older of two nodes of one name. */
  readonly name: string;
  /** Under which others call this machine. Default $ROS_HOSTNAME, $ROS_IP, then the address that faces the master. */
  readonly host?: string;
}

/** One node on a ROS 1 graph that keeps its place in it: a master that comes back, and publishers that come back, are found again. */
export interface Ros1 {
  readonly name: string;
  readonly master: string;
  /** Under which address others reach us. */
  readonly host: string;
  /** Whether the master lives, the present first. */
  readonly master$: Observable<boolean>;
  /** What is wrong with the graph, in sentences for people; each said once until it changes. Hot. */
  readonly fault$: Observable<string>;
  /** The same for every call with one topic. */
  hear<T extends MessageType>(topic: string, type: T): Heard<Messages[T]>;
  /** Rejects with "link.lost" when the master does not take the name. `latching`: who comes late is told the last message. */
  speak<T extends MessageType>(topic: string, type: T, latching?: boolean): Promise<Spoken<Messages[T]>>;
  /** Who publishes and subscribes what, as the master has it. Rejects with "link.lost". */
  graph(): Promise<RosGraph>;
  /** The address of a node's own server. Rejects with "link.lost". */
  whereIs(node: string): Promise<string>;
  /** A parameter of the master's; undefined where it has none of that name. Rejects with "link.lost". */
  parameter(name: string): Promise<unknown>;
  /** Rejects with "link.lost". */
  setParameter(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}

let opened = 0;

/** Joins the graph of a master. Rejects with "link.lost", naming what is wrong, or "usage.invalid". */
export async function openRos1(options: Ros1Options): Promise<Ros1> {
  const { uri: rosMasterUri } = masterAt(options.master);
  const line = await reachMaster(rosMasterUri);
  const facing = line.localAddress!;
  const host = options.host ?? (process.env.ROS_HOSTNAME || process.env.ROS_IP || facing);
  const out = await outlet(facing);
  const name = `/${options.name}_${process.pid}_${++opened}`;
  const node = new RosNode({
    ...{ name, hostname: host, pid: process.pid, rosMasterUri },
    httpServer: new FacingServer(facing),
    tcpSocketCreate: TcpSocketNode.Create,
    tcpServer: out.server,
  });
  // Anybody on the network can ask a node to end itself. Nobody on the network ends an arm's controller.
  node.rosFollower.shutdown = async () => [0, "onarm ends where it was started, not from here", 0];
  await node.start();

  const master$ = new BehaviorSubject(true);
  const fault$ = new Subject<string>();
  const heardTopics = new Map<string, { look(): void; close(): void }>();
  // Who leaves in order is forgotten by the library without a word.
  node.on("publisherUpdate", ({ topic }) => heardTopics.get(topic)?.look());
  const said = new Set<string>();
  const fault = (text: string) => {
    if (said.has(text)) return;
    said.add(text);
    fault$.next(text);
  };
  const keeper = upkeep(node, line, {
    master: (lives) => {
      if (lives) said.clear();
      else fault(`the ROS master at ${rosMasterUri} is gone; it is looked for`);
      master$.next(lives);
    },
    fault,
  });
  let closing: Promise<void> | undefined;
  const lost = (what: string, cause: unknown) =>
    new OnarmError("link.lost", `the ROS master at ${rosMasterUri} ${what}: ${(cause as Error).message}`, {}, cause);

  return {
    name,
    master: rosMasterUri,
    host,
    master$: master$.pipe(distinctUntilChanged()),
    fault$: fault$.asObservable(),
    hear(topic, type) {
      const had = heardTopics.get(topic);
      if (had) return had as unknown as ReturnType<typeof heard<typeof type>>;
      const subscription = node.subscribe({ topic, dataType: type, tcpNoDelay: true });
      const it = heard(subscription, type, { broken: () => keeper.mend(topic), fault });
      heardTopics.set(topic, it);
      return it;
    },
    async speak(topic, type, latching = false) {
      const text = definitionOf(type);
      try {
        const offer = { topic, dataType: type, latching, md5sum: md5Of(type) };
        const definition = { messageDefinition: parse(text), messageDefinitionText: text };
        const publication = await answered(node.advertise({ ...offer, ...definition }));
        return spoken(node, publication, out);
      } catch (error) {
        // The library would call the next try a success.
        node.unadvertise(topic);
        throw lost(`does not register ${topic}`, error);
      }
    },
    graph: () =>
      answered(node.getSystemState()).catch((error: unknown) => Promise.reject(lost("does not tell its graph", error))),
    whereIs: (other) =>
      answered(node.rosMasterClient.lookupNode(name, other)).then(
        ([, , where]) => String(where),
        (error: unknown) => Promise.reject(lost(`does not know ${other}`, error)),
      ),
    parameter: (key) =>
      answered(node.rosParamClient.getParam(name, key)).then(
        ([status, , value]) => (status === 1 ? (value as unknown) : undefined),
        (error: unknown) => Promise.reject(lost(`does not tell its parameter ${key}`, error)),
      ),
    setParameter: (key, value) =>
      answered(node.rosParamClient.setParam(name, key, value)).then(
        () => undefined,
        (error: unknown) => Promise.reject(lost(`does not take the parameter ${key}`, error)),
      ),
    close: () =>
      (closing ??= (async () => {
        await keeper.leave();
        for (const each of heardTopics.values()) each.close();
        master$.complete();
        fault$.complete();
      })()),
  };
}
