import { z } from "zod";
import type { ArmDescription, ArmState, JointCommand, Limits, SentCommand, Verdict } from "../src/domain/arm.ts";
import type { Seconds } from "../src/domain/units.ts";
import { governor, type Judge } from "../src/safety/governor.ts";
import type { Line } from "./lines.ts";

// JSON has no word for these three; every other string is no number.
const number = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
const command = z.object({ kind: z.enum(["position", "velocity"]), value: z.array(number), period: number });
const state = z.object({
  at: number,
  position: z.array(number),
  velocity: z.array(number),
  effort: z.array(number),
  wrench: z.tuple([number, number, number, number, number, number]).optional(),
  collision: z.boolean().optional(),
  tip: z.tuple([number, number, number]).optional(),
  heard: number.optional(),
});
const question = z.object({
  now: number,
  state,
  command,
  previous: command.extend({ acceleration: z.array(number).optional() }).optional(),
});

/** What a state may leave out, and the checks that are skipped without it. */
export const senses = ["wrench", "collision", "tip"] as const;
export type Sense = (typeof senses)[number];
/** Checks that a state gives no answer to. */
export const unsensed = (measured: Partial<ArmState>): Sense[] => senses.filter((sense) => measured[sense] === undefined);

/** A verdict, and what else there is to say of its line. `detail`: why a line could not be read. */
export type Answer = Verdict & { readonly skipped?: readonly Sense[]; readonly detail?: string };

export interface Counts {
  pass: number;
  clamp: number;
  stop: number;
}

/** Lines in, verdicts out: one for every line, whatever is in it. */
export interface LineJudge {
  answer(line: Line): Answer;
  readonly counts: Readonly<Counts>;
  /** Checks that were skipped at least once. */
  readonly skipped: readonly Sense[];
}

export function lineJudge(description: ArmDescription, limits: Limits, options: { readonly recovery?: boolean } = {}): LineJudge {
  const judge: Judge = governor(description, limits, options);
  const counts: Counts = { pass: 0, clamp: 0, stop: 0 };
  const skipped = new Set<Sense>();

  const refused = (detail: string): Answer => ({ kind: "stop", reason: "shape", detail });
  const asked = (line: Line): Answer => {
    if ("refused" in line) return refused(line.refused);
    let content: unknown;
    try {
      content = JSON.parse(line.text);
    } catch {
      return refused(line.text.trim() === "" ? "the line is empty" : "the line is not JSON");
    }
    const { success, data, error } = question.safeParse(content);
    if (!success) {
      const { path, message } = error.issues[0]!;
      return refused(`${path.length === 0 ? "the line" : path.join(".")}: ${message.replace("Invalid input: ", "")}`);
    }
    // The brands of units say what a number means; a line from outside can only claim it.
    const { now, state, command, previous } = data as unknown as Question;
    const verdict = judge(now, state, command, previous);
    // Said once for each check: whoever reads on knows.
    const fresh = unsensed(state).filter((sense) => !skipped.has(sense));
    fresh.forEach((sense) => skipped.add(sense));
    return fresh.length > 0 ? { ...verdict, skipped: fresh } : verdict;
  };

  return {
    answer(line) {
      const answer = asked(line);
      counts[answer.kind]++;
      return answer;
    },
    counts,
    get skipped() {
      return senses.filter((sense) => skipped.has(sense));
    },
  };
}

interface Question {
  readonly now: Seconds;
  readonly state: ArmState;
  readonly command: JointCommand;
  readonly previous?: SentCommand;
}
