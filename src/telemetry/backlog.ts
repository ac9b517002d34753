/** A message that is kept until the broker has it, and longer where there is room: a reader that missed it may ask again. */
export interface Kept {
  readonly topic: string;
  readonly session: string;
  readonly channel: "episode" | "fault";
  readonly seq: number;
  readonly text: string;
}

export interface Bounds {
  readonly count: number;
  readonly bytes: number;
}

/** `waiting`: not yet with the broker; `sent`: with it; `dropped`: given up for want of room before it had them. */
export interface BacklogCounts {
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly sent: number;
  readonly dropped: number;
}

/** What tells one message from every other: a reader drops what it has met under the same key. */
export const keyOf = ({ session, channel, seq }: Pick<Kept, "session" | "channel" | "seq">) => `${session}/${channel}/${seq}`;

const streamOf = ({ session, channel }: Kept) => `${session}/${channel}`;

/** Bytes one message takes with what belongs to it. */
const sizeOf = ({ text, topic }: Kept) => Buffer.byteLength(text) + Buffer.byteLength(topic) + 64;

/**
 * A bounded store of messages in the order they came. When it is full, first what was sent goes, then the oldest episodes that were not, and faults
 * last; what was not sent is counted. Takes numbers of a session in their order only: one that was put before is not put again.
 */
export function backlog(bounds: Bounds, already = 0) {
  const [waiting, sent] = [new Map<string, Kept>(), new Map<string, Kept>()];
  const newest = new Map<string, number>();
  let [bytes, waitingBytes, dropped, done] = [0, 0, already, 0];

  const mark = (stream: string, seq: number) => void newest.set(stream, Math.max(seq, newest.get(stream) ?? -1));
  const take = (from: Map<string, Kept>, key: string) => {
    const kept = from.get(key);
    if (!kept) return undefined;
    from.delete(key);
    if (from === waiting) waitingBytes -= sizeOf(kept);
    return kept;
  };
  const firstOf = (wanted: (kept: Kept) => boolean) => {
    for (const [key, kept] of waiting) if (wanted(kept)) return key;
    return undefined;
  };
  const evict = () => {
    const old = sent.keys().next().value;
    if (old !== undefined) return void (bytes -= sizeOf(take(sent, old)!));
    const oldest = firstOf(({ channel }) => channel === "episode") ?? firstOf(() => true)!;
    bytes -= sizeOf(take(waiting, oldest)!);
    dropped++;
  };

  /** Takes a message whatever its number, unless it is held already: from a file, which holds them in any order. */
  const hold = (kept: Kept): void => {
    const key = keyOf(kept);
    if (waiting.has(key) || sent.has(key)) return;
    mark(streamOf(kept), kept.seq);
    waiting.set(key, kept);
    bytes += sizeOf(kept);
    waitingBytes += sizeOf(kept);
    while (waiting.size + sent.size > bounds.count || bytes > bounds.bytes) evict();
  };

  return {
    /** False for a message that was put before. */
    put(kept: Kept): boolean {
      if (kept.seq <= (newest.get(streamOf(kept)) ?? -1)) return false;
      hold(kept);
      return true;
    },
    hold,
    /** Oldest first, without those whose keys are in `without`. */
    next(without: ReadonlySet<string>): Kept | undefined {
      for (const [key, kept] of waiting) if (!without.has(key)) return kept;
      return undefined;
    },
    /** The broker has it. */
    sent(key: string): void {
      const kept = take(waiting, key);
      if (!kept) return;
      sent.set(key, kept);
      done++;
    },
    /** Numbers `first` to `last` are to be said again; how many of them are still here. */
    again(session: string, channel: Kept["channel"], first: number, last: number): number {
      const asked = [...sent].filter(
        ([, kept]) => kept.session === session && kept.channel === channel && kept.seq >= first && kept.seq <= last,
      );
      for (const [key, kept] of asked) {
        waiting.set(key, take(sent, key)!);
        waitingBytes += sizeOf(kept);
      }
      return asked.length;
    },
    /** The last number that was put for a session. */
    newest: (): ReadonlyMap<string, number> => newest,
    /** Marks numbers as put, without the messages. */
    mark,
    all: () => ({ waiting: [...waiting.values()], sent: [...sent.values()] }),
    counts: (): BacklogCounts => ({ waiting: waiting.size, waitingBytes, sent: done, dropped }),
  };
}
export type Backlog = ReturnType<typeof backlog>;
