import { OnarmError } from "../domain/errors.ts";
import { decode, isChannel } from "./codec.ts";
import { frames, notRecording, type Damage } from "./frames.ts";
import { headerName, parseHeader } from "./header.ts";
import type { Recorded, RecordingHeader } from "./records.ts";

/** Yields the header, then every record in the order it was taken. Returns where the file is damaged, if it is. */
async function* walk(path: string): AsyncGenerator<RecordingHeader | Recorded, Damage | undefined> {
  const topics = new Map<number, string>();
  const source = frames(path);
  let header: RecordingHeader | undefined;
  let step = await source.next();
  try {
    for (; step.done !== true; step = await source.next()) {
      const record = step.value;
      if (record.type === "Channel") topics.set(record.id, record.topic);
      else if (record.type === "Metadata" && record.name === headerName) {
        header ??= parseHeader(record.metadata);
        if (header === undefined) throw notRecording(path);
        yield header;
      } else if (record.type === "Message") {
        if (header === undefined) throw notRecording(path);
        const topic = topics.get(record.channelId)!;
        if (!isChannel(topic)) continue;
        let decoded: Recorded;
        try {
          decoded = decode(topic, record.data, record.logTime, header.wallOffset);
        } catch (error) {
          const text = `${path} holds a record on ${topic} that this version of onarm cannot understand; read it with the one that made it (${header.commit})`;
          throw new OnarmError("file.damaged", text, { path, topic, sequence: record.sequence }, error);
        }
        yield decoded;
      }
    }
  } finally {
    await source.return(undefined);
  }
  if (header === undefined) throw notRecording(path);
  return step.value;
}

const torn = (path: string, { offset, why }: Damage) =>
  new OnarmError(
    "file.damaged",
    `${path} is damaged at byte ${offset}: ${why}; \`onarm recover ${path}\` saves what is before it (or the recording is still being made)`,
    { path, offset },
  );

/** What the run was, without reading the rest. Rejects with "file.missing" or "file.damaged". */
export async function readHeader(path: string): Promise<RecordingHeader> {
  for await (const record of walk(path)) if (!("channel" in record)) return record;
  throw notRecording(path);
}

/** Every record in the order it was taken. A damaged file yields what is whole and then throws "file.damaged". */
export async function* readRecording(path: string): AsyncGenerator<Recorded, void> {
  const source = walk(path);
  try {
    for (let step = await source.next(); ; step = await source.next()) {
      if (step.done === true) {
        if (step.value !== undefined) throw torn(path, step.value);
        return;
      }
      if ("channel" in step.value) yield step.value;
    }
  } finally {
    await source.return(undefined);
  }
}

export interface RecordingSummary {
  readonly header: RecordingHeader;
  /** Records per channel; a channel without any is absent. */
  readonly channels: Readonly<Record<string, number>>;
  readonly episodes: { readonly begun: number; readonly ended: number; readonly succeeded: number };
  /** Transitions. */
  readonly steps: number;
  readonly stops: number;
  readonly clamps: number;
  /** Of the run's own clock, s; both 0 in an empty recording. */
  readonly first: number;
  readonly last: number;
  readonly duration: number;
  readonly damage?: Damage;
}

/** Counts what is in a recording, also in a damaged one (see `damage`). Rejects with "file.missing" or, when foreign, "file.damaged". */
export async function summarise(path: string): Promise<RecordingSummary> {
  const channels: Record<string, number> = {};
  let header: RecordingHeader | undefined;
  let [begun, ended, succeeded, steps, stops, clamps] = [0, 0, 0, 0, 0, 0];
  let [first, last] = [Infinity, -Infinity];
  const source = walk(path);
  let step = await source.next();
  for (; step.done !== true; step = await source.next()) {
    const record = step.value;
    if (!("channel" in record)) {
      header = record;
      continue;
    }
    channels[record.channel] = (channels[record.channel] ?? 0) + 1;
    first = Math.min(first, record.at);
    last = Math.max(last, record.at);
    if (record.channel === "/onarm/transition") steps++;
    else if (record.channel === "/onarm/verdict") {
      if (record.verdict.kind === "stop") stops++;
      else if (record.verdict.kind === "clamp") clamps++;
    } else if (record.channel === "/onarm/episode") {
      if (record.phase === "begin") begun++;
      else {
        ended++;
        if (record.success === true) succeeded++;
      }
    }
  }
  const empty = !(first <= last);
  return {
    header: header!,
    channels,
    episodes: { begun, ended, succeeded },
    steps,
    stops,
    clamps,
    first: empty ? 0 : first,
    last: empty ? 0 : last,
    duration: empty ? 0 : last - first,
    ...(step.value === undefined ? {} : { damage: step.value }),
  };
}
