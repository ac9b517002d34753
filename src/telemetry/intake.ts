import { parseMessage, type Message } from "./messages.ts";

/** Numbers a reader has not met between the first and the last of a stream. */
export interface Gap {
  readonly session: string;
  readonly channel: "episode" | "fault";
  readonly first: number;
  readonly last: number;
}

/** What has been met of one stream: everything up to `whole`, and some beyond it. */
interface Stream {
  whole: number;
  readonly beyond: Set<number>;
}

/** Numbers met out of order that are kept in mind for one stream, and streams. */
const BEYOND = 10_000;
const STREAMS = 10_000;

/**
 * The other end: takes messages as they come from a broker, in any order and any number of times, and hands each summary and fault on once.
 * Bounded: the stream that was begun first is forgotten when there are too many.
 */
export function intake() {
  const streams = new Map<string, Stream>();
  const counts = { taken: 0, duplicates: 0, malformed: 0 };

  const first = (stream: Stream, seq: number): boolean => {
    if (seq <= stream.whole || stream.beyond.has(seq)) return false;
    stream.beyond.add(seq);
    while (stream.beyond.delete(stream.whole + 1)) stream.whole++;
    if (stream.beyond.size > BEYOND) {
      stream.whole = Math.min(...stream.beyond) - 1; // given up for lost
      while (stream.beyond.delete(stream.whole + 1)) stream.whole++;
    }
    return true;
  };
  const nameOf = (topic: string, session: string) => `${topic} ${session}`;

  return {
    /** The message, if it is one and was not met before; states, facts and connections are met as often as they come. */
    take(topic: string, bytes: Uint8Array): Message | undefined {
      const message = parseMessage(topic, bytes);
      if (!message) return void counts.malformed++;
      if (message.channel === "episode" || message.channel === "fault") {
        const name = nameOf(topic, message.session);
        const stream = streams.get(name) ?? { whole: -1, beyond: new Set() };
        streams.set(name, stream);
        if (streams.size > STREAMS) streams.delete(streams.keys().next().value!);
        if (!first(stream, message.seq)) return void counts.duplicates++;
      }
      counts.taken++;
      return message;
    },
    /** What is missing of a robot's session so far: to be asked for with a `resend`. */
    gaps(topic: string, session: string): Gap[] {
      const channel = topic.slice(topic.lastIndexOf("/") + 1) as Gap["channel"];
      const stream = streams.get(nameOf(topic, session));
      if (!stream) return [];
      let next = stream.whole + 1;
      return [...stream.beyond]
        .sort((a, b) => a - b)
        .flatMap((seq) => {
          const gap = { session, channel, first: next, last: seq - 1 };
          next = seq + 1;
          return gap.first <= gap.last ? [gap] : [];
        });
    },
    counts: () => ({ ...counts }),
  };
}
