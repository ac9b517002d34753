/** A process that drives a recorder, in the mode given, and then dies, hard, in the middle: run by recorder.test.ts. */
import { recorderClient } from "../../launch/recorderClient.ts";
import type { Mode } from "../../src/domain/mode.ts";
import { seconds } from "../../src/domain/units.ts";
import { header, jointState } from "../support/recordings.ts";

const [, , path, count, is] = process.argv;
const recorder = await recorderClient(path!, header, { gatherMs: 1 });
if (is !== undefined) recorder.write({ channel: "/onarm/mode", at: seconds(0), mode: { is } as Mode });
for (let i = 0; i < Number(count); i++) recorder.write(jointState(i / 100));
const watch = setInterval(() => {
  if (recorder.counts.written === 0) return recorder.write(jointState(Number(count) / 100));
  clearInterval(watch);
  process.kill(process.pid, "SIGKILL");
  return true;
}, 1);
