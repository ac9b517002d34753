import { cpus } from "node:os";
import path from "node:path";
import { Argument } from "commander";
import { sawyer } from "../../robot/description/sawyer.ts";
import { limitsOf, loadLimits } from "../../src/config/limits.ts";
import { timeGovern } from "../bench/govern.ts";
import { integer, type Verb } from "../cli.ts";
import { LIMITS_FILE } from "../sawyer.ts";

interface Options {
  readonly limits: string;
  readonly judgements: number;
}

/** us that the slowest hundredth of judgements may take. */
const GOVERN_LIMIT = 50;
const tenth = (us: number) => Math.round(10 * us) / 10;

export const verb: Verb<Options> = {
  name: "bench",
  summary: "measure what is promised of speed, on this machine: govern",
  options: (command) => {
    command
      .addArgument(new Argument("<what>", "govern: how long one judgement takes, links and all").choices(["govern"]))
      .option("--limits <file>", "the limits to judge under", LIMITS_FILE)
      .option("--judgements <n>", "how many judgements are timed", integer({ min: 100, max: 10_000_000 }), 60_000);
  },
  run: async (options, context) => {
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
      machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, node ${process.version}`,
    };
  },
};
