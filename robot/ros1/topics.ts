import { parse, md5 } from "@foxglove/rosmsg";
import type { Publication, RosNode, Subscription } from "@foxglove/ros1";
import { BehaviorSubject, distinctUntilChanged, Subject } from "rxjs";
import type { Heard, Spoken } from "../wire.ts";
import { definitionOf } from "./messages.ts";
import type { Messages, MessageType } from "./messages.ts";
import type { Outlet } from "./publishing.ts";

export const md5Of = (type: MessageType): string => md5(parse(definitionOf(type)));

/** Wraps a subscription of the library's; `broken` is called when one of its connections ends, `fault` with a sentence for people. */
export function heard<T extends MessageType>(
  subscription: Subscription,
  type: T,
  { broken, fault }: { readonly broken: () => void; readonly fault: (text: string) => void },
): Heard<Messages[T]> & { look(): void; close(): void } {
  const topic = subscription.name;
  const expected = md5Of(type);
  const message$ = new Subject<Messages[T]>();
  const linked$ = new BehaviorSubject(false);
  let understood = false;
  const look = () => linked$.next(understood && [...subscription.publishers().values()].some((it) => it.connection.connected()));

  /** Nobody has said what the topic is yet; a socket that fails to open says so before it closes. */
  let headed = false;
  let failed = false;
  subscription.on("header", (header) => {
    headed = true;
    const [theirs, said] = [header.get("md5sum"), header.get("error")];
    understood = said === undefined && theirs === expected;
    if (said !== undefined) fault(`${topic}: the publisher refuses us: ${said}`);
    else if (!understood)
      fault(
        `${topic}: ${header.get("type")} with md5 ${theirs} comes, where ${type} with ${expected} is meant; is its software another version?`,
      );
    look();
  });
  subscription.on("message", (message) => {
    if (understood) message$.next(message as Messages[T]);
  });
  subscription.on("error", (error) => {
    const unopened = failed;
    failed = "code" in error;
    if (!headed && !failed && !unopened)
      fault(`${topic}: its publisher closes the connection before a word; is it ${type} there? (rostopic type ${topic})`);
    // The library tells first and forgets later.
    setImmediate(() => {
      broken();
      look();
    });
  });
  return {
    topic,
    message$: message$.asObservable(),
    linked$: linked$.pipe(distinctUntilChanged()),
    linked: () => linked$.value,
    look,
    close() {
      message$.complete();
      linked$.complete();
    },
  };
}

export function spoken<T extends MessageType>(node: RosNode, publication: Publication, outlet: Outlet): Spoken<Messages[T]> {
  const { name: topic } = publication;
  return {
    topic,
    publish(message) {
      const before = outlet.fallen();
      // Serialises first, so that a message that is not whole is an error here; the writes happen within this call.
      publication.messageWriter.calculateByteSize(message);
      void node.publish(topic, message).catch(() => {});
      return Math.max(0, publication.subscribers().size - (outlet.fallen() - before));
    },
    subscribers: () => [...publication.subscribers().values()].map((it) => it.destinationCallerId),
  };
}
