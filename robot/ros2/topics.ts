import { BehaviorSubject, distinctUntilChanged, interval, ReplaySubject, Subject } from "rxjs";
import type { Heard, Spoken } from "../wire.ts";
import type { Rcl, RclNode, RclQos } from "./client.ts";
import { bytesOf } from "./cdr.ts";
import { codecOf, ros2Type } from "./codec.ts";
import type { Messages2, MessageType2 } from "./messages.ts";

/** ms of silence after which nobody is there; DDS itself waits ten seconds until it gives a process up that was killed. ms between two looks. */
const SILENCE = 500;
const LOOK = 100;
/** Messages that wait for this thread while it is busy; of what is kept for who comes late, all who keep something, as for /tf_static. */
const WAIT = 10;
const KEPT = 32;

/** What measures says so again and again; of what does not, the graph tells whether somebody would. */
const streams: ReadonlySet<MessageType2> = new Set(["sensor_msgs/JointState", "geometry_msgs/PoseArray", "tf2_msgs/TFMessage"]);

/** `latched`: what publishers keep for who comes late, told to a late subscriber of ours as well. */
export type How = "stream" | "latched";

/** Streams are heard as they come, by whichever publisher: one that is reliable, and one that is not. */
export function qosOf({ HistoryPolicy: h, ReliabilityPolicy: r, DurabilityPolicy: d }: RclQos, side: "hear" | "speak", how: How) {
  const reliable = side === "speak" || how === "latched";
  return [
    h.RMW_QOS_POLICY_HISTORY_KEEP_LAST,
    // One of what is spoken: an old set-point is worse than none.
    side === "speak" ? 1 : how === "latched" ? KEPT : WAIT,
    reliable ? r.RMW_QOS_POLICY_RELIABILITY_RELIABLE : r.RMW_QOS_POLICY_RELIABILITY_BEST_EFFORT,
    how === "latched" ? d.RMW_QOS_POLICY_DURABILITY_TRANSIENT_LOCAL : d.RMW_QOS_POLICY_DURABILITY_VOLATILE,
  ] as const;
}

/** What the two below need of their node. */
export interface Joined {
  readonly rcl: Pick<Rcl, "QoS">;
  readonly node: RclNode;
  readonly fault: (text: string) => void;
  /** What is closed says nothing any more: its handles are gone. */
  readonly open: () => boolean;
}

/** Nothing that a subscriber does may throw into the client library: it would end the process. */
export const guarded = <T>(fault: (text: string) => void, what: string, work: (it: T) => void) => {
  return (it: T): void => {
    try {
      work(it);
    } catch (error) {
      fault(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
};

export function heard<T extends MessageType2>(
  { rcl, node, fault }: Joined,
  topic: string,
  type: T,
  how: How,
): Heard<Messages2[T]> & { close(): void } {
  const [codec, bytes] = [codecOf(type), bytesOf(type)];
  const message$ = how === "latched" ? new ReplaySubject<Messages2[T]>(KEPT) : new Subject<Messages2[T]>();
  const linked$ = new BehaviorSubject(false);
  let last = -Infinity;
  const take = guarded<unknown>(fault, topic, (raw) => {
    const message = codec.read(bytes.decode(raw as Uint8Array));
    last = performance.now();
    linked$.next(true);
    message$.next(message);
  });
  const qos = new rcl.QoS(...qosOf(rcl.QoS, "hear", how));
  node.createSubscription(ros2Type(type), topic, { qos, isRaw: true }, take);
  const streaming = streams.has(type) && how === "stream";
  const looking = interval(LOOK).subscribe(() => {
    if (!streaming) linked$.next(node.countPublishers(topic) > 0);
    else if (performance.now() - last > SILENCE) linked$.next(false);
  });
  return {
    topic,
    message$: message$.asObservable(),
    linked$: linked$.pipe(distinctUntilChanged()),
    linked: () => linked$.value,
    close() {
      looking.unsubscribe();
      message$.complete();
      linked$.complete();
    },
  };
}

export function spoken<T extends MessageType2>(
  { rcl, node, open }: Joined,
  topic: string,
  type: T,
  how: How,
): Spoken<Messages2[T]> {
  const [codec, bytes] = [codecOf(type), bytesOf(type)];
  const qos = new rcl.QoS(...qosOf(rcl.QoS, "speak", how));
  const publisher = node.createPublisher(ros2Type(type), topic, { qos });
  let names: readonly string[] = [];
  return {
    topic,
    publish(message) {
      const whole = bytes.encode(codec.write(message));
      if (!open()) return 0;
      publisher.publish(whole);
      return publisher.subscriptionCount;
    },
    subscribers() {
      if (!open()) return [];
      // The graph takes a hundred times longer to tell than the count, which is asked for with every set-point.
      if (publisher.subscriptionCount !== names.length)
        names = node
          .getSubscriptionsInfoByTopic(topic)
          .map(({ node_namespace: space, node_name: name }) => `${space}/${name}`.replace("//", "/"));
      return publisher.subscriptionCount === 0 ? [] : names;
    },
  };
}
