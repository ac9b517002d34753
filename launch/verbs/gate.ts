import path from "node:path";
import { Argument } from "commander";
import { OnarmError } from "../../src/domain/errors.ts";
import { readBundle, requireSpec } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { compareBundles, gateEntry } from "../comparison.ts";
import { openDomain } from "../domains.ts";
import { appendGateEntry, readGateLog } from "../gateLog.ts";
import { logFile, promote, readPointer, rollback } from "../promotion.ts";
import type { LocatedEntry, Move } from "../promotion.ts";
import { Rollouts } from "../rollouts.ts";
import { summarise } from "../score.ts";

interface Options {
  readonly incumbent?: string;
  readonly candidate?: string;
  readonly tasks: number;
  readonly workers: number;
}

const ACTIONS = ["judge", "promote", "rollback", "log"] as const;
type Action = (typeof ACTIONS)[number];

const needed = (value: string | undefined, flag: string, action: Action): string => {
  if (value !== undefined) return path.resolve(value);
  throw new OnarmError("usage.invalid", `gate ${action}: ${flag} is missing; name a bundle folder`);
};

/** A verdict, or undefined when an interrupt came first. */
async function judge(folder: string, incumbent: Bundle, candidate: Bundle, options: Options, context: VerbContext) {
  const domain = await openDomain(incumbent.spec.name);
  requireSpec(incumbent, domain.spec);
  requireSpec(candidate, domain.spec);
  const progress = context.progress("gate", 2 * options.tasks);
  const rollouts = await Rollouts.open(domain.spec.name, options.workers);
  try {
    const { judgement, theirs, ours } = await compareBundles(
      rollouts,
      { incumbent, candidate, tasks: options.tasks, seed: context.seed },
      (n) => progress.advance(n),
      context.signal,
    );
    progress.finish();
    if (context.signal.aborted) return undefined;
    const entry: LocatedEntry = {
      ...gateEntry(judgement, incumbent, candidate),
      incumbentAt: path.relative(folder, incumbent.directory),
      candidateAt: path.relative(folder, candidate.directory),
    };
    await appendGateEntry(logFile(folder), entry);
    const { verdict, reasons, difference, low, high, tasks } = judgement;
    const { hasSuccess } = domain.spec;
    return {
      verdict,
      reasons,
      incumbent: { bundle: incumbent.hash, ...summarise(theirs, hasSuccess) },
      candidate: { bundle: candidate.hash, ...summarise(ours, hasSuccess) },
      difference,
      low,
      high,
      tasks,
      log: logFile(folder),
    };
  } finally {
    rollouts.close();
  }
}

/** What a moved or unmoved pointer looks like from outside. */
function told(move: Move, done: string, folder: string, context: VerbContext): Record<string, unknown> {
  if ("refused" in move) {
    context.exitCode = 1;
    return { verdict: "refuse", reasons: [move.refused] };
  }
  const { current, previous } = move.pointer;
  return {
    verdict: done,
    reasons: [`${current.hash.slice(0, 12)} drives from now on`],
    bundle: path.resolve(folder, current.bundle),
    hash: current.hash,
    previous: previous.at(-1)?.hash ?? null,
  };
}

export const verb: Verb<Options> = {
  name: "gate",
  summary: "judge a candidate against the incumbent on validation tasks; promote it, roll back, or list the verdicts",
  options: (command) => {
    command
      .addArgument(new Argument("[action]", "what to do").choices(ACTIONS).default("judge"))
      .option("--incumbent <dir>", "the bundle that drives now (judge)")
      .option("--candidate <dir>", "the bundle that would like to (judge, promote)")
      .option("--tasks <n>", "validation tasks that both are tried on", integer({ min: 20, max: 100_000 }), 60)
      .option("--workers <n>", "processes that roll out", integer({ min: 1, max: 64 }), 2);
  },
  run: async (options, context) => {
    const action = (context.args[0] ?? "judge") as Action;
    const folder = path.resolve(context.out ?? "out/gate");
    switch (action) {
      case "judge": {
        const incumbent = await readBundle(needed(options.incumbent, "--incumbent", action));
        const candidate = await readBundle(needed(options.candidate, "--candidate", action));
        const result = await judge(folder, incumbent, candidate, options, context);
        if (!result) throw new OnarmError("interrupted", "gate: stopped before there was a verdict; nothing was logged");
        if (result.verdict === "refuse") context.exitCode = 1;
        return result;
      }
      case "promote": {
        const candidate = await readBundle(needed(options.candidate, "--candidate", action));
        return told(await promote(folder, candidate), "promote", folder, context);
      }
      case "rollback":
        return told(await rollback(folder), "rollback", folder, context);
      case "log": {
        const { entries, damaged } = await readGateLog(logFile(folder));
        if (!context.json)
          for (const { time, verdict, candidate, incumbent, reasons } of entries)
            context.log(
              `${time}  ${verdict}  ${candidate.slice(0, 12)} against ${incumbent.slice(0, 12)}: ${reasons.join("; ")}`,
            );
        const pointer = await readPointer(folder);
        return {
          verdicts: context.json ? entries : entries.length,
          damaged,
          promoted: pointer ? { ...pointer.current, bundle: path.resolve(folder, pointer.current.bundle) } : null,
          log: logFile(folder),
        };
      }
    }
  },
};
