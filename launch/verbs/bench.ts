import { cpus } from "node:os";
import path from "node:path";
import { Argument } from "commander";
import { sawyer } from "../../robot/description/sawyer.ts";
import { limitsOf, loadLimits } from "../../src/config/limits.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { timeGovern } from "../bench/govern.ts";
import { benchOperator } from "../bench/operator.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { LIMITS_FILE } from "../sawyer.ts";

interface Options {
  readonly limits: string;
  readonly judgements: number;
  readonly quick?: boolean;
}

/** ms from a stop on the page to the arm's own word, share of a core for twenty watchers. */
const STOP_LIMIT = 20;
const CORE_LIMIT = 0.15;
const machine = () => `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, node ${process.version}`;

/** us that the slowest hundredth of judgements may take. */
const GOVERN_LIMIT = 50;
const tenth = (us: number) => Math.round(10 * us) / 10;

export const verb: Verb<Options> = {
  name: "bench",
  summary: "measure what is promised of speed, on this machine: govern, operator",
  options: (command) => {
    command
      .addArgument(
        new Argument(
          "<what>",
          "govern: how long one judgement takes, links and all; operator: what the page costs and stands",
        ).choices(["govern", "operator"]),
      )
      .option("--limits <file>", "the limits to judge under", LIMITS_FILE)
      .option("--judgements <n>", "how many judgements are timed", integer({ min: 100, max: 10_000_000 }), 60_000)
      .option("--quick", "operator: a tenth of everything, to see that it works");
  },
  run: async (options, context) => {
    if (context.args[0] === "operator") return operator(options, context);
    const file = path.resolve(options.limits);
    const limits = limitsOf(sawyer, loadLimits(file), file);
    const { p50, p99, p999, judgements, clamps } = timeGovern(sawyer, limits, options.judgements, context.seed);
    const ok = p99 <= GOVERN_LIMIT;
    if (!ok) context.exitCode = 1;
    return {
      what: "govern",
      unit: "us",
      ours: { p50: tenth(p50), p99: tenth(p99), p999: tenth(p999) },
      peer: null,
      ratio: null,
      reason: "no learning stack that we know of publishes a judge of single commands to compare with",
      limit: GOVERN_LIMIT,
      ok,
      judgements,
      clamps,
      machine: machine(),
    };
  },
};

async function operator({ quick }: Options, context: VerbContext): Promise<Record<string, unknown>> {
  const k = quick ? 0.1 : 1;
  const ours = await benchOperator({
    ...{
      stops: 100 * k,
      viewers: 20,
      windows: quick ? 1 : 5,
      seconds: 8 * (quick ? 0.5 : 1),
      frames: 1e5 * k,
      readers: 1000 * k,
    },
    ...{ seed: context.seed, log: context.log, signal: context.signal },
  });
  if (context.signal.aborted) throw new OnarmError("interrupted", "bench: stopped before it was over; nothing is reported");
  const { stop, viewers, hostile, slow } = ours;
  const kept = {
    stop: stop.toArmMs.p99 <= STOP_LIMIT,
    core: viewers.coreShare.with <= CORE_LIMIT,
    hostile: hostile.stopped === 0 && Number.isFinite(hostile.goodClientWorstMs),
    slow: Number.isFinite(slow.goodClientWorstMs),
  };
  const ok = Object.values(kept).every(Boolean);
  if (!ok) context.exitCode = 1;
  return {
    what: "operator",
    ours,
    peer: null,
    ratio: null,
    reason: "no robot-learning stack that we know of has a console to compare with",
    limit: { stopToArmP99Ms: STOP_LIMIT, coreShare: CORE_LIMIT },
    kept,
    ok,
    machine: machine(),
  };
}
