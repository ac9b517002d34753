import { ReplaySubject, type Observable } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import type { RecorderCounts } from "../src/recording/recorder.ts";
import { isBulk, type Recorded, type RecordingHeader } from "../src/recording/records.ts";
import { forkEntry } from "./fork.ts";
import type { FromRecorder, PlainFault, RecorderSettings, ToRecorder } from "./recorderProtocol.ts";

export interface RecorderClientOptions extends RecorderSettings {
  /** Records that may wait on this side; bulk streams are dropped beyond it, all others beyond twice as many. */
  readonly waiting?: number;
  /** How long records are gathered before they are sent, ms. */
  readonly gatherMs?: number;
  /** How long `finish` waits for a disk that does not answer, ms. */
  readonly finishMs?: number;
}

/** A recorder that runs in a process of its own. */
export interface RecorderClient {
  readonly pid: number;
  /** Takes the record without waiting and never throws; false when it was dropped. The record may not change afterwards. */
  write(record: Recorded): boolean;
  /** What the recorder last said, plus what never reached it; once the process is gone they add up to what was offered. */
  readonly counts: RecorderCounts;
  /** "storage.low" and "storage.failed" from the disk, "process.lost" when the recorder's process died; replays; completes with the process. */
  readonly fault$: Observable<OnarmError>;
  /** Has the file finished and the process ended. Never rejects; a second call gives the same answer. */
  finish(): Promise<RecorderCounts>;
}

const batchSize = 512;
const batchesUnderWay = 2;

const revive = ({ code, message, detail }: PlainFault) => new OnarmError(code, message, detail);

/**
 * Starts the recorder's process and a new file. Rejects with "file.exists", "storage.failed" or "process.lost". Nothing here waits
 * for the disk: records gather in a bounded queue, at most two batches are under way, and what does not fit is counted.
 */
export function recorderClient(
  path: string,
  header: RecordingHeader,
  { waiting = 20_000, gatherMs = 50, finishMs = 10_000, ...settings }: RecorderClientOptions = {},
): Promise<RecorderClient> {
  const child = forkEntry(new URL("./recorder.ts", import.meta.url));
  const fault$ = new ReplaySubject<OnarmError>();
  let queue: Recorded[] = [];
  let underWay = 0; // batches sent and not yet taken
  let counts: RecorderCounts = { written: 0, dropped: 0, refused: 0, bytes: 0 };
  let offered = 0;
  let dropped = 0; // on this side
  let alive = true;
  let finishing: Promise<RecorderCounts> | undefined;
  let gather: NodeJS.Timeout | undefined;

  const send = (message: ToRecorder) => {
    if (child.connected) child.send(message, () => {}); // a failed send is seen as the child's exit
  };

  const sendBatch = () => {
    gather = undefined;
    while (alive && queue.length > 0 && underWay < batchesUnderWay) {
      underWay++;
      send({ do: "write", records: queue.splice(0, batchSize) });
    }
  };

  const lose = () => {
    alive = false;
    dropped = offered - counts.written - counts.refused - counts.dropped; // what is not known to be on the disk
    queue = [];
    clearTimeout(gather);
    fault$.complete();
  };

  const total = (): RecorderCounts => ({ ...counts, dropped: counts.dropped + dropped });

  return new Promise((resolve, reject) => {
    let ended!: () => void;
    const end = new Promise<void>((done) => (ended = done));

    const finish = async () => {
      clearTimeout(gather);
      if (alive) {
        const killer = setTimeout(() => child.kill("SIGKILL"), finishMs);
        while (queue.length > 0) send({ do: "write", records: queue.splice(0, batchSize) });
        send({ do: "finish" });
        await end;
        clearTimeout(killer);
      }
      return total();
    };

    const client: RecorderClient = {
      pid: child.pid ?? -1,
      write(record) {
        offered++;
        if (!alive || finishing !== undefined || queue.length >= (isBulk(record) ? waiting : 2 * waiting)) {
          dropped++;
          return false;
        }
        queue.push(record);
        gather ??= setTimeout(sendBatch, gatherMs);
        return true;
      },
      get counts() {
        return total();
      },
      fault$,
      finish: () => (finishing ??= finish()),
    };

    child.on("message", (message: FromRecorder) => {
      switch (message.say) {
        case "opened":
          return resolve(client);
        case "refused":
          return reject(revive(message.fault));
        case "fault":
          return fault$.next(revive(message.fault));
        case "took":
          counts = message.counts;
          underWay--;
          if (gather === undefined) sendBatch(); // its time had come while too much was under way
          return;
        case "finished":
          counts = message.counts;
      }
    });

    const lost = (why: string, signal: NodeJS.Signals | null = null) => {
      if (!alive) return;
      const text = `the recorder of ${path} ended (${why}); the rest of this run is not recorded, \`onarm recover\` saves what was`;
      const fault = new OnarmError("process.lost", text, { path, signal });
      if (why !== "code 0") fault$.next(fault);
      lose();
      reject(fault); // no effect once it was open
      ended();
    };
    child.on("error", (error) => lost(error.message));
    child.on("exit", (code, signal) => {
      const gone = () => lost(signal ?? `code ${code}`, signal);
      if (child.connected)
        child.once("disconnect", gone); // its last words are still in the channel
      else gone();
    });

    send({ do: "open", path, header, settings });
  });
}
