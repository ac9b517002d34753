import path from "node:path";
import { Argument } from "commander";
import { OnarmError } from "../../src/domain/errors.ts";
import { judgeCandidate } from "../../src/gate/judge.ts";
import { readBundle, requireSpec } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { openDomain } from "../domains.ts";
import { appendGateEntry, readGateLog } from "../gateLog.ts";
import { logFile, promote, readPointer, rollback } from "../promotion.ts";
import type { LocatedEntry, Move } from "../promotion.ts";
import { Rollouts, weightsOf } from "../rollouts.ts";
import type { TaskScore } from "../rolloutWorker.ts";
import { scoreTasks, summarise } from "../score.ts";

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
  const { hasSuccess } = domain.spec;
  const progress = context.progress("gate", 2 * options.tasks);
  const rollouts = await Rollouts.open(domain.spec.name, options.workers);
  try {
    const score = async (bundle: Bundle): Promise<TaskScore[]> => {
      await rollouts.load(weightsOf(bundle));
      return scoreTasks(
        rollouts,
        bundle,
        {
          split: "validation",
          taskSeed: incumbent.manifest.provenance.dataset.taskSeed,
          tasks: options.tasks,
          context: "own",
          seed: context.seed,
        },
        (n) => progress.advance(n),
        context.signal,
      );
    };
    const [theirs, ours] = [await score(incumbent), await score(candidate)];
    progress.finish();
    if (context.signal.aborted) return undefined;
    const gateScore = (s: TaskScore) => ({ task: s.task, return: s.return, success: Number(s.success) });
    const { command } = candidate.manifest.provenance;
    const judgement = judgeCandidate({
      incumbent: theirs.map(gateScore),
      candidate: ours.map(gateScore),
      hasSuccess,
      checks: [
        {
          name: "practice used its own labels",
          ok: !/--control[= ](?!self\b)/.test(command),
          detail: `"${command}" was an experiment, which never drives`,
        },
      ],
    });
    const finite = (x: number) => (Number.isFinite(x) ? x : null);
    const { verdict, reasons, difference, low, high, tasks } = judgement;
    const entry: LocatedEntry = {
      time: new Date().toISOString(),
      verdict,
      incumbent: incumbent.hash,
      candidate: candidate.hash,
      reasons,
      difference: finite(difference),
      low: finite(low),
      high: finite(high),
      tasks,
      incumbentAt: path.relative(folder, incumbent.directory),
    };
    await appendGateEntry(logFile(folder), entry);
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
