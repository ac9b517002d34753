import { isOnarmError, OnarmError } from "../../src/domain/errors.ts";
import { readHeader, readRecording } from "../../src/recording/read.ts";
import type { EpisodeBegin, EpisodeEnd, JointStateRecord, TransitionRecord } from "../../src/recording/records.ts";
import { aimKinds } from "../../src/tasks/sawyer.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { requireMeaning } from "../recordings/read.ts";
import { shotsOf, type Film, type Row } from "./shots.ts";

/**
 * Reads one episode of an arm's recording. `aim`: what to judge it by, in place of what it was driven for.
 * @throws "file.missing", "file.damaged"; "usage.invalid" for an episode that is not in it; "dataset.mismatch" for one that cannot be drawn
 */
export async function filmOf(file: string, episode: number, aim?: AimKind): Promise<Film> {
  const { domain } = await readHeader(file);
  if (domain !== sawyerSpec.name)
    throw new OnarmError(
      "dataset.mismatch",
      `${file}: recorded in the domain ${domain}, which has no arm to draw; name a recording of ${sawyerSpec.name}`,
    );
  const joints: JointStateRecord[] = [];
  const transitions: TransitionRecord[] = [];
  const numbers: number[] = [];
  let begin: EpisodeBegin | undefined;
  let end: EpisodeEnd | undefined;
  let partly: string | undefined;
  try {
    for await (const record of readRecording(file)) {
      if (record.channel === "/onarm/episode" && record.phase === "begin") {
        numbers.push(record.episode);
        if (record.episode === episode) begin = record;
      } else if (record.channel === "/onarm/episode" && record.episode === episode) end = record as EpisodeEnd;
      else if (record.channel === "/onarm/transition" && record.episode === episode) transitions.push(record);
      else if (record.channel === "/joint_states" && begin && !end) joints.push(record);
    }
  } catch (error) {
    if (!isOnarmError(error) || error.code !== "file.damaged" || error.detail["offset"] === undefined) throw error;
    if (!end) partly = "the recording is torn here";
  }
  if (!begin)
    throw new OnarmError(
      "usage.invalid",
      `${file}: ${holds(numbers)}, and no episode ${episode}; name one of them with --episode`,
    );
  const cannot = (why: string) => new OnarmError("dataset.mismatch", `${file}: episode ${episode} ${why}`);
  requireMeaning(begin, sawyerSpec, file);
  if (!begin.scene) throw cannot("does not tell how its scene was set out; it cannot be drawn");
  if (joints.length === 0 || transitions.length === 0) throw cannot("holds no step of an arm; name another");
  const width = sawyerSpec.observation.length;
  const rows = transitions.map(({ at, observation, human }): Row => ({ at, observation, byHand: human === true }));
  if (end && end.last.length === width && end.steps === rows.length)
    rows.push({ at: rows.at(-1)!.at + sawyerSpec.period, observation: end.last, byHand: false });
  // What ends neither its task nor its time was ended by something else.
  if (!end?.terminated && transitions.length < sawyerSpec.horizon) partly ??= "it was cut short";
  if (!rows.every(({ observation }) => observation.length === width && observation.every(Number.isFinite)))
    throw cannot("was seen in other numbers than this version sees, or in numbers that are not finite; it cannot be drawn");
  const kind = aim ?? aimKinds.find((known) => known === begin.aim);
  const shots = shotsOf(rows, joints, kind, cannot);
  return { scene: begin.scene, aim: kind, shots, ...(partly ? { partly } : {}) };
}

const holds = (numbers: readonly number[]) =>
  numbers.length === 0 ? "holds no episodes" : `holds the episodes ${Math.min(...numbers)} to ${Math.max(...numbers)}`;
