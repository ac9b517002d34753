/**
 * The recorder as a process of its own: disks stall, and what was recorded must survive the death of whoever drives the arm.
 * Started by recorderClient.ts. When the parent dies, its end of the channel closes; we finish the file and go.
 */
import { merge } from "rxjs";
import { isOnarmError } from "../src/domain/errors.ts";
import { explain } from "../src/domain/stops.ts";
import { seconds } from "../src/domain/units.ts";
import { blackBox, CONTROL_LOST } from "../src/recording/blackBox.ts";
import { openRecorder, type Recorder } from "../src/recording/recorder.ts";
import type { Recorded } from "../src/recording/records.ts";
import { openStopLog, type StopLog } from "../src/recording/stopLog.ts";
import type { FromRecorder, PlainFault, ToRecorder } from "./recorderProtocol.ts";

// A terminal sends these to every process of the group, a supervisor may too; the arm is still stopping then, and that belongs in
// the file. The parent says when to finish, or is gone.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const say = (message: FromRecorder) =>
  new Promise<void>((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });

const plain = (error: unknown): PlainFault =>
  isOnarmError(error)
    ? { code: error.code, message: error.message, detail: {} }
    : { code: "storage.failed", message: String(error), detail: {} };

let recorder: Recorder | undefined;
let stops: StopLog | undefined;
const box = blackBox();
/** Record time of the newest record, s; whether time is real, so that an arm may be in motion out there. */
let latest = 0;
let real = false;

const take = (record: Recorded) => {
  recorder!.write(record);
  latest = Math.max(latest, record.at);
  const stop = box.take(record);
  if (stop !== undefined) stops!.keep(stop);
};

/** Whoever drove the arm is gone without a word: nobody else is left to write that down. */
const abandoned = () => {
  if (recorder === undefined || !real || !box.driving()) return;
  const { what, why, remedy } = explain(CONTROL_LOST);
  const text = `${what} ${why} ${remedy}`;
  take({ channel: "/onarm/event", at: seconds(latest), level: "fault", code: CONTROL_LOST, text });
};

const leave = async (code: number) => {
  const [counts] = await Promise.all([recorder?.close(), stops?.close()]);
  if (counts !== undefined) await say({ say: "finished", counts });
  process.exit(code);
};

async function handle(message: ToRecorder): Promise<void> {
  switch (message.do) {
    case "open": {
      const { path, header, settings } = message;
      const { ballastBytes, ...rest } = settings;
      try {
        stops = await openStopLog(path, ballastBytes === undefined ? {} : { ballastBytes });
        recorder = await openRecorder(path, header, rest);
      } catch (error) {
        await stops?.close();
        await say({ say: "refused", fault: plain(error) });
        process.exit(1);
      }
      real = header.wallOffset > 0;
      merge(recorder.fault$, stops.fault$).subscribe((fault) => void say({ say: "fault", fault: plain(fault) }));
      return say({ say: "opened" });
    }
    case "write":
      if (recorder === undefined) return;
      message.records.forEach(take);
      return say({ say: "took", counts: recorder.counts });
    case "finish":
      return leave(0);
  }
}

// One message after the other: what was written before "finish", or before the parent died, is in the file.
let tail = Promise.resolve();
process.on("message", (message: ToRecorder) => (tail = tail.then(() => handle(message))));
process.on("disconnect", () => {
  tail = tail.then(() => {
    abandoned();
    return leave(0);
  });
});
