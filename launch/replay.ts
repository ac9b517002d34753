import type { ArmDescription, ArmState, JointCommand, Limits, SentCommand, Verdict } from "../src/domain/arm.ts";
import type { Basis } from "../src/domain/control.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { Mode } from "../src/domain/mode.ts";
import { GONE } from "../src/control/supervisor.ts";
import { readRecording } from "../src/recording/read.ts";
import type { JointStateRecord, VerdictRecord } from "../src/recording/records.ts";
import { governor } from "../src/safety/governor.ts";
import { senses, unsensed, type Counts, type Sense } from "./judging.ts";

/** A judgement that came out otherwise. `at`: s on the recording's clock; `exact`: everything it rested on was recorded. */
export interface Difference {
  readonly at: number;
  readonly episode: number | null;
  readonly then: Verdict;
  readonly now: Verdict;
  readonly exact: boolean;
}

export interface Replayed extends Readonly<Counts> {
  readonly verdicts: number;
  /** Judgements for which something they rested on was not recorded, and the nearest recorded thing stood in. */
  readonly approximate: number;
  /** Verdicts before the first joint state: there is nothing to judge them by. */
  readonly unjudged: number;
  /** Checks for which at least one recorded state had nothing to check. */
  readonly skipped: readonly Sense[];
  readonly differences: { readonly count: number; readonly first: readonly Difference[] };
}

/** Differences that are told one by one. */
const TOLD = 20;
/** s: rounding of stamps. s: a command this old says nothing of how the arm moved. */
const SAME = 1e-6;
const MEMORY = 0.05;

const driven = (mode: Mode | undefined) => mode?.is === "running" || mode?.is === "resetting" || mode?.is === "manual";

/**
 * Asks today's governor what the recorded one was asked. Where a recording holds the state, the command before and the leniency of each
 * judgement (as onarm records since it holds them), the same question is asked again to the last bit. In an older one the newest joint state
 * before it stands in, taken as fresh because its age is not known, the last command let through stands for the last one sent, and the mode
 * for the leniency; such judgements are counted as approximate. What an arm of then did not sense (wrench, collision, its own tip) cannot be judged now: `skipped`.
 * Rejects with "file.missing", "file.damaged", or "config.invalid" when the recording is of another arm.
 */
export async function replay(path: string, description: ArmDescription, limits: Limits): Promise<Replayed> {
  const eased = { ...limits, maxStateAge: GONE };
  const judges = {
    driving: governor(description, limits),
    easing: governor(description, eased),
    recovering: governor(description, eased, { recovery: true }),
  } as const;
  const counts: Counts = { pass: 0, clamp: 0, stop: 0 };
  const skipped = new Set<Sense>();
  const first: Difference[] = [];
  let [verdicts, approximate, unjudged, count] = [0, 0, 0, 0];
  let state: ArmState | undefined;
  let mode: Mode | undefined;
  let passed: { readonly at: number; readonly command: JointCommand } | undefined;
  let episode: number | null = null;

  const judgeAgain = (record: VerdictRecord) => {
    if (state === undefined) return void unjudged++;
    const exact = record.state !== undefined && record.previous !== undefined && Math.abs(record.state - state.at) <= SAME;
    const measured = record.state === undefined ? { ...state, at: record.at } : state;
    const by: Basis["by"] = record.by ?? (mode === undefined || driven(mode) ? "driving" : "easing");
    const still: SentCommand = { kind: "velocity", value: measured.velocity, period: record.asked.period };
    const lately = passed && record.at - passed.at <= MEMORY ? passed.command : undefined;
    const now = judges[by](record.at, measured, record.asked, record.previous ?? lately ?? still);
    counts[now.kind]++;
    if (!exact) approximate++;
    unsensed(measured).forEach((sense) => skipped.add(sense));
    if (agree(record.verdict, now)) return;
    if (count++ < TOLD) first.push({ at: record.at, episode, then: record.verdict, now, exact });
  };

  for await (const record of readRecording(path)) {
    if (record.channel === "/joint_states") state = stateOf(record, description, path);
    else if (record.channel === "/onarm/sensed") {
      const { channel: _, at, ...sensed } = record;
      if (state && Math.abs(state.at - at) <= SAME) state = { ...state, ...sensed };
    } else if (record.channel === "/onarm/mode") {
      // The mode that a stop led to came about after the verdict of the same tick, whichever was written first.
      if (record.mode.is !== "stopped") mode = record.mode;
    } else if (record.channel === "/onarm/episode") episode = record.phase === "begin" ? record.episode : null;
    else if (record.channel === "/onarm/verdict") {
      verdicts++;
      judgeAgain(record);
      if (record.verdict.kind !== "stop") passed = { at: record.at, command: record.verdict.command };
    }
  }
  return {
    verdicts,
    ...counts,
    approximate,
    unjudged,
    skipped: senses.filter((sense) => skipped.has(sense)),
    differences: { count, first },
  };
}

function stateOf(record: JointStateRecord, { name, commanded }: ArmDescription, path: string): ArmState {
  if (record.name.join() !== commanded.join())
    throw new OnarmError(
      "config.invalid",
      `${path} is of an arm with the joints ${record.name.join(", ")}, and ${name} has ${commanded.join(", ")}; give a recording of ${name}`,
      { path },
    );
  const { at, position, velocity, effort } = record;
  return { at, position, velocity, effort } as ArmState;
}

/** The same kind for the same reason, and the same command but for rounding. */
function agree(then: Verdict, now: Verdict): boolean {
  const reasons = [then, now].map((verdict) => (verdict.kind === "pass" ? "" : verdict.reason));
  if (then.kind !== now.kind || reasons[0] !== reasons[1]) return false;
  if (then.kind === "stop" || now.kind === "stop") return true;
  return then.command.value.every((x, k) => Math.abs(x - now.command.value[k]!) <= 1e-9);
}
