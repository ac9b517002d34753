import type { Observable } from "rxjs";
import type { Messages, MessageType } from "./ros1/messages.ts";

/** A topic that is listened to. */
export interface Heard<T> {
  readonly topic: string;
  /** Hot; completes on close. */
  readonly message$: Observable<T>;
  /** Whether somebody publishes it to us, the present first. */
  readonly linked$: Observable<boolean>;
  linked(): boolean;
}

/** A topic that is spoken on. */
export interface Spoken<T> {
  readonly topic: string;
  /** Never waits, never queues: the number of subscribers it went to. @throws when a field is missing */
  publish(message: T): number;
  /** Names of the nodes that are connected. */
  subscribers(): readonly string[];
}

/** A graph of either ROS, as an adapter sees it. Messages have ROS 1's shape: its names and its header are what both can be told in. */
export interface Wire {
  /** For sentences: "the ROS master at http://host:port", "ROS domain 0". */
  readonly where: string;
  /** Why the whole graph is gone, in a sentence; undefined while it is there. The present first. */
  readonly gone$: Observable<string | undefined>;
  /** What is wrong with the graph, in sentences for people. Hot. */
  readonly fault$: Observable<string>;
  /** Why a robot that is there may not listen to us, and what to do. */
  readonly deaf: string;
  /** How a person asks what is there. */
  readonly look: string;
  /** The same for every call with one topic. */
  hear<T extends MessageType>(topic: string, type: T): Heard<Messages[T]>;
  /** Rejects with "link.lost". `latching`: who comes late is told the last message. */
  speak<T extends MessageType>(topic: string, type: T, latching?: boolean): Promise<Spoken<Messages[T]>>;
}
