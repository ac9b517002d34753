/** A process that drives a recorder and then dies, hard, in the middle: run by recorder.test.ts. */
import { recorderClient } from "../../launch/recorderClient.ts";
import { header, jointState } from "../support/recordings.ts";

const [, , path, count] = process.argv;
const recorder = await recorderClient(path!, header, { gatherMs: 1 });
for (let i = 0; i < Number(count); i++) recorder.write(jointState(i / 100));
const watch = setInterval(() => {
  if (recorder.counts.written === 0) return recorder.write(jointState(Number(count) / 100));
  clearInterval(watch);
  process.kill(process.pid, "SIGKILL");
  return true;
}, 1);
