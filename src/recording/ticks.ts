import type { Tick } from "../domain/control.ts";
import { explain } from "../domain/stops.ts";
import { seconds } from "../domain/units.ts";
import type { Seconds } from "../domain/units.ts";
import type { EventRecord, JointStateRecord, ModeRecord, SensedRecord, VerdictRecord } from "./records.ts";

export type TickRecord = JointStateRecord | SensedRecord | VerdictRecord | ModeRecord | EventRecord;

/** How ticks are written down. `origin`: what the recording calls zero, s on the clock of the ticks. */
export interface Telling {
  readonly joints: readonly string[];
  readonly origin: Seconds;
}

/** A stamp on the recording's clock, which begins at 0: what was measured before it began counts as of its beginning. */
const since = (at: Seconds, { origin }: Telling): Seconds => seconds(Math.max(at - origin, 0));

/** The joint state of a tick and what else the arm sensed, when it is another one than that of `before`. */
export function stateRecords(tick: Tick, before: Tick | undefined, telling: Telling): TickRecord[] {
  const { state } = tick;
  if (state === undefined || state.at === before?.state?.at) return [];
  const at = since(state.at, telling);
  const { position, velocity, effort, wrench, collision, tip, heard } = state;
  const joints: JointStateRecord = { channel: "/joint_states", at, name: telling.joints, position, velocity, effort };
  const sensed = {
    ...(wrench && { wrench }),
    ...(collision !== undefined && { collision }),
    ...(tip && { tip }),
    ...(heard !== undefined && { heard: since(heard, telling) }),
  };
  return Object.keys(sensed).length === 0 ? [joints] : [joints, { channel: "/onarm/sensed", at, ...sensed }];
}

export function verdictRecords({ at, command, verdict, basis, state }: Tick, telling: Telling): TickRecord[] {
  if (verdict === undefined || command === undefined) return [];
  const rests = { ...(state && { state: since(state.at, telling) }), ...(basis && { previous: basis.previous, by: basis.by }) };
  return [{ channel: "/onarm/verdict", at: since(at, telling), asked: command, verdict, ...rests }];
}

/** A mode that is not the one of `before`; for a stop also one event that says in plain words what happened, why, and what to do. */
export function modeRecords(tick: Tick, before: Tick | undefined, telling: Telling): TickRecord[] {
  const { mode } = tick;
  if (before && JSON.stringify(before.mode) === JSON.stringify(mode)) return [];
  const at = since(tick.at, telling);
  const changed: ModeRecord = { channel: "/onarm/mode", at, mode };
  if (mode.is !== "stopped") return [changed];
  const { what, why, remedy } = explain(mode.cause);
  return [changed, { channel: "/onarm/event", at, level: "fault", code: mode.cause, text: `${what} ${why} ${remedy}` }];
}

export const noticeRecords = ({ at, notices = [] }: Tick, telling: Telling): TickRecord[] =>
  notices.map(({ level, code, text }) => ({ channel: "/onarm/event", at: since(at, telling), level, code, text }));

/**
 * Everything of one tick that belongs in a recording, in the order in which it came about: each joint state once, each verdict with what it
 * rested on, modes when they change, notices. Pure. `before`: the tick before this one; absent for the first.
 */
export const tickRecords = (tick: Tick, before: Tick | undefined, telling: Telling): TickRecord[] => [
  ...stateRecords(tick, before, telling),
  ...verdictRecords(tick, telling),
  ...modeRecords(tick, before, telling),
  ...noticeRecords(tick, telling),
];

/** The same record on a clock that began `by` s earlier. */
export function later(record: TickRecord, by: number): TickRecord {
  const moved = (at: Seconds) => seconds(at + by);
  const at = moved(record.at);
  if (record.channel === "/onarm/verdict" && record.state !== undefined) return { ...record, at, state: moved(record.state) };
  if (record.channel === "/onarm/sensed" && record.heard !== undefined) return { ...record, at, heard: moved(record.heard) };
  return { ...record, at };
}
