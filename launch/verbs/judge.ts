import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sawyer } from "../../robot/description/sawyer.ts";
import { limitsOf, loadLimits } from "../../src/config/limits.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { plain } from "../../src/recording/codec.ts";
import type { Verb, VerbContext } from "../cli.ts";
import { lineJudge, type LineJudge } from "../judging.ts";
import { linesOf } from "../lines.ts";
import { replay } from "../replay.ts";

interface Options {
  readonly limits: string;
  readonly recovery?: boolean;
}

const LIMITS = fileURLToPath(new URL("../../robot/description/limits.yaml", import.meta.url));

/**
 * Answers lines of stdin on stdout until the input ends, its reader goes away, or a signal comes; the arm is not touched, so all three are
 * ordinary ends.
 */
async function judgeLines(judge: LineJudge, { signal, onInterrupt }: VerbContext): Promise<void> {
  const { stdin, stdout } = process;
  const gone = new AbortController();
  stdout.on("error", () => gone.abort());
  const over = AbortSignal.any([signal, gone.signal]);
  // Ends the wait for the next line; an iterator over a stream that was destroyed throws.
  onInterrupt(() => void stdin.destroy());
  gone.signal.addEventListener("abort", () => stdin.destroy());
  try {
    for await (const lines of linesOf(stdin)) {
      if (over.aborted) break;
      const text = lines.map((line) => `${JSON.stringify(judge.answer(line), plain)}\n`).join("");
      if (!stdout.write(text)) await once(stdout, "drain", { signal: over });
    }
  } catch (cause) {
    if (over.aborted) return;
    throw new OnarmError("usage.invalid", "judge: stdin cannot be read; pipe lines of JSON into it", {}, cause);
  } finally {
    stdin.destroy();
  }
}

async function judgeRecording(file: string, limits: string, context: VerbContext): Promise<Record<string, unknown>> {
  const { differences, ...rest } = await replay(file, sawyer, limitsOf(sawyer, loadLimits(limits), limits));
  for (const { at, episode, then, now, exact } of differences.first) {
    const said = (verdict: typeof then) => (verdict.kind === "pass" ? "pass" : `${verdict.kind} (${verdict.reason})`);
    context.log(
      `${at.toFixed(3)} s  episode ${episode ?? "-"}: then ${said(then)}, now ${said(now)}${exact ? "" : " (approximate)"}`,
    );
  }
  if (rest.verdicts === 0) context.log("no verdict is recorded in it, so there is nothing to judge again");
  return { kind: "recording", file, limits, ...rest, differences };
}

export const verb: Verb<Options> = {
  name: "judge",
  summary: "ask today's governor about a recording, or about lines of JSON on stdin",
  options: (command) => {
    command.argument("[recording]", "an .mcap whose verdicts are asked for again; without it, lines on stdin are judged");
    command.option("--limits <file>", "the limits to judge by", LIMITS);
    command.option("--recovery", "lines: judge as while a person drives an arm back inside its limits");
    command.addHelpText(
      "after",
      `
A line in is {"now","state","command","previous"?}; each gives one line out, {"kind":"pass"|"clamp"|"stop",...}, in order and at once. The
strings "NaN", "Infinity" and "-Infinity" stand for those numbers; unknown fields are passed over. A line that cannot be read, an empty one
too, gives a stop with the reason "shape" and why. A state may leave out wrench, collision and tip: "skipped" says so, once.`,
    );
  },
  run: async ({ limits: given, recovery }, context) => {
    const limits = path.resolve(given);
    const [recording] = context.args;
    if (recording !== undefined) {
      if (recovery)
        throw new OnarmError("usage.invalid", "judge: a recording says itself what was recovery; leave --recovery out");
      return judgeRecording(path.resolve(recording), limits, context);
    }
    const judge = lineJudge(sawyer, limitsOf(sawyer, loadLimits(limits), limits), { recovery: recovery === true });
    context.answersOnStdout = true;
    if (process.stdin.isTTY) process.stderr.write("onarm: reading lines of JSON from the terminal; Ctrl-D ends\n");
    await judgeLines(judge, context);
    return { ...judge.counts, skipped: judge.skipped };
  },
};
