/**
 * The recorder as a process of its own: disks stall, and what was recorded must survive the death of whoever drives the arm.
 * Started by recorderClient.ts. When the parent dies, its end of the channel closes; we finish the file and go.
 */
import { isOnarmError } from "../src/domain/errors.ts";
import { openRecorder, type Recorder } from "../src/recording/recorder.ts";
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

const leave = async (code: number) => {
  const counts = await recorder?.close();
  if (counts !== undefined) await say({ say: "finished", counts });
  process.exit(code);
};

async function handle(message: ToRecorder): Promise<void> {
  switch (message.do) {
    case "open":
      try {
        recorder = await openRecorder(message.path, message.header, message.settings);
      } catch (error) {
        await say({ say: "refused", fault: plain(error) });
        process.exit(1);
      }
      recorder.fault$.subscribe((fault) => void say({ say: "fault", fault: plain(fault) }));
      return say({ say: "opened" });
    case "write":
      if (recorder === undefined) return;
      for (const record of message.records) recorder.write(record);
      return say({ say: "took", counts: recorder.counts });
    case "finish":
      return leave(0);
  }
}

// One message after the other: what was written before "finish", or before the parent died, is in the file.
let tail = Promise.resolve();
process.on("message", (message: ToRecorder) => (tail = tail.then(() => handle(message))));
process.on("disconnect", () => (tail = tail.then(() => leave(0))));
