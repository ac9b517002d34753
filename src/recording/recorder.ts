import { asyncScheduler, interval, ReplaySubject, type Observable, type SchedulerLike } from "rxjs";
import { OnarmError } from "../domain/errors.ts";
import { seconds } from "../domain/units.ts";
import { channels, encode, logTime } from "./codec.ts";
import { createFile, type RecordingFile } from "./disk.ts";
import { headerMetadata, headerName } from "./header.ts";
import { mcapBuilder } from "./mcapBuilder.ts";
import { isBulk, isRecordable, type ChannelName, type Recorded, type RecordingHeader } from "./records.ts";

export interface RecorderOptions {
  /** Records that may wait for the disk; bulk streams are dropped beyond it, all others beyond twice as many. */
  readonly queue?: number;
  /** A chunk closes at this size, bytes, ... */
  readonly chunkBytes?: number;
  /** ... or when this much record time or wall time has passed, s: the most a killed process loses. */
  readonly flushEvery?: number;
  /** At most this much wall time between two fsyncs while records come, s: the most a power cut loses, next to one flush. */
  readonly syncEvery?: number;
  /** Below this much free disk, bytes, the alarm "storage.low" is raised and only what tells the story (episodes, modes, stops, events) is still written. */
  readonly reserveBytes?: number;
  /** A disk that does not answer for so long, s of wall time, raises the alarm; records wait and are dropped meanwhile. */
  readonly stallAfter?: number;
  readonly scheduler?: SchedulerLike;
  readonly create?: (path: string) => Promise<RecordingFile>;
}

/**
 * written: on the disk · dropped: lost to a full queue, a full disk or a failing one · refused: unrecordable time or content.
 * After `close` they add up to what was offered.
 */
export interface RecorderCounts {
  readonly written: number;
  readonly dropped: number;
  readonly refused: number;
  readonly bytes: number;
}

export interface Recorder {
  /** Takes the record without waiting and never throws; false when it was dropped or refused. The record may not change afterwards. */
  write(record: Recorded): boolean;
  /** Resolves when everything taken so far is on the disk, or lost to a failing one. */
  flush(): Promise<void>;
  /** Writes what waits, adds the index, closes. Never rejects; a second call gives the same answer. */
  close(): Promise<RecorderCounts>;
  readonly counts: RecorderCounts;
  /** "storage.low" each time the disk runs low, looked for about once a second; "storage.failed" once when it fails and each time it stops answering; replays; completes on close. */
  readonly fault$: Observable<OnarmError>;
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
const batchSize = 256;
const topics = Object.keys(channels) as ChannelName[];

/** Starts a recording in a new file. Rejects with "file.exists" or "storage.failed". Runs in any process, best in one of its own. */
export async function openRecorder(path: string, header: RecordingHeader, options: RecorderOptions = {}): Promise<Recorder> {
  const {
    queue: limit = 20_000,
    chunkBytes = 128 * 1024,
    flushEvery = 0.5,
    syncEvery = 1,
    reserveBytes = 256 * 2 ** 20,
    stallAfter = 3,
  } = options;
  const { scheduler = asyncScheduler, create = createFile } = options;
  const file = await create(path);
  const builder = mcapBuilder({ profile: "ros2", library: "onarm" });
  const fault$ = new ReplaySubject<OnarmError>();
  const sequence = new Map<ChannelName, number>();
  let queue: Recorded[] = [];
  let state: "good" | "low" | "failed" | "closed" = "good";
  let unwritten = 0; // records in the builder, not yet on the disk
  let [written, dropped, refused, bytes] = [0, 0, 0, 0];
  let flushedAt = 0; // record time
  let syncedAt = scheduler.now();
  let checkedAt = syncedAt;
  let latest = 0;
  let fault: OnarmError | undefined;

  const fail = (error: unknown) => {
    if (state === "failed") return;
    state = "failed";
    dropped += unwritten + queue.length;
    unwritten = 0;
    queue = [];
    const why = error instanceof Error ? error.message : String(error);
    const text = `${path} could not be written on: ${why}; the rest of this run is not recorded. Mend the disk, then \`onarm recover\` it`;
    fault = new OnarmError("storage.failed", text, { path }, error);
    fault$.next(fault);
  };

  const checkSpace = async () => {
    checkedAt = scheduler.now();
    const free = await file.free();
    if (free < reserveBytes && state === "good") {
      state = "low";
      const left = `${mebibytes(free)} left, less than the ${mebibytes(reserveBytes)} kept in reserve`;
      const text = `the disk of ${path} has ${left}; only episodes, modes, stops and events are still recorded. Free some space`;
      fault$.next(new OnarmError("storage.low", text, { path, free }));
    } else if (free >= 2 * reserveBytes && state === "low") state = "good";
  };

  const writeOut = async () => {
    builder.closeChunk();
    flushedAt = latest;
    const out = builder.take();
    if (out.length === 0) return;
    await file.write(out);
    bytes += out.length;
    written += unwritten;
    unwritten = 0;
    if (scheduler.now() - syncedAt >= syncEvery * 1000) await settle();
  };

  const settle = async () => {
    await file.sync();
    syncedAt = scheduler.now();
    await checkSpace();
  };

  const add = (record: Recorded) => {
    const time = logTime(record.at, header.wallOffset);
    let data: Uint8Array;
    try {
      data = encode(record, time);
    } catch {
      refused++;
      return;
    }
    const number = sequence.get(record.channel) ?? 0;
    sequence.set(record.channel, number + 1);
    const channelId = topics.indexOf(record.channel) + 1;
    builder.message({ channelId, sequence: number, logTime: time, publishTime: time, data });
    unwritten++;
    latest = record.at;
  };

  const drain = async () => {
    while (queue.length > 0 && state !== "failed") {
      for (const record of queue.splice(0, batchSize)) add(record);
      if (builder.open >= chunkBytes || Math.abs(latest - flushedAt) >= flushEvery) await writeOut();
    }
    draining = false;
  };

  // Overlapping writes would corrupt the file: every job waits for the one before.
  let tail = Promise.resolve();
  const serially = (job: () => Promise<void>) => (tail = tail.then(() => (state === "failed" ? undefined : job())).catch(fail));
  let draining = false;
  let ticking = false;
  let waited = 0; // in beats of ours, so that a process that was suspended does not blame the disk
  const stall = () => {
    const text = `the disk of ${path} has not answered for ${stallAfter} s; what does not fit in the queue is lost. Look at the disk`;
    fault$.next(new OnarmError("storage.failed", text, { path }));
  };

  const tick = interval(flushEvery * 1000, scheduler).subscribe(() => {
    if (ticking) {
      if (++waited === Math.ceil(stallAfter / flushEvery)) stall();
      return;
    }
    [ticking, waited] = [true, 0];
    void serially(async () => {
      await writeOut();
      // Others fill a disk too: it is looked at even while nothing is recorded.
      if (scheduler.now() - checkedAt >= syncEvery * 1000) await checkSpace();
    }).then(() => (ticking = false));
  });

  topics.forEach((topic, index) => {
    const { name, encoding, messageEncoding, text } = channels[topic];
    builder.schema({ id: index + 1, name, encoding, data: new TextEncoder().encode(text) });
    builder.channel({ id: index + 1, schemaId: index + 1, topic, messageEncoding, metadata: new Map() });
  });
  builder.metadata({ name: headerName, metadata: headerMetadata(header) });
  await serially(writeOut);
  await serially(settle);
  if (fault !== undefined) {
    tick.unsubscribe();
    await file.close().catch(() => undefined);
    throw fault;
  }

  const counts = (): RecorderCounts => ({ written, dropped, refused, bytes });
  let closing: Promise<RecorderCounts> | undefined;

  const finish = async () => {
    tick.unsubscribe();
    await serially(drain);
    await serially(async () => {
      if (dropped > 0) {
        const text = `${dropped} records were dropped because the disk could not follow`;
        add({
          channel: "/onarm/event",
          at: seconds(latest),
          level: "warn",
          code: "recording.dropped",
          text,
          detail: { dropped },
        });
        unwritten--; // ours: nobody offered it
      }
      builder.end();
      await writeOut();
      await file.sync();
    });
    await file.close().catch(fail);
    state = "closed";
    fault$.complete();
    return counts();
  };

  return {
    write(record) {
      if (!(record.channel in channels && isRecordable(record))) {
        refused++;
        return false;
      }
      const bulky = isBulk(record) || record.channel === "/onarm/transition" || record.channel === "/onarm/label";
      const room = queue.length < (isBulk(record) ? limit : 2 * limit);
      if (closing !== undefined || state === "failed" || (state === "low" && bulky) || !room) {
        dropped++;
        return false;
      }
      queue.push(record);
      if (!draining) {
        draining = true;
        void serially(drain);
      }
      return true;
    },
    flush: async () => {
      await serially(drain);
      await serially(writeOut);
      await serially(settle);
    },
    close: () => (closing ??= finish()),
    get counts() {
      return counts();
    },
    fault$,
  };
}
