import { writeFileSync } from "node:fs";
import process from "node:process";
import mocha from "mocha";

const { EVENT_TEST_PENDING, EVENT_RUN_END } = mocha.Runner.constants;

/** A test that was skipped says why through test/support/skip.ts; the reason stands on the test or on the suite whose hook skipped it. */
const reasonOf = (test) => {
  for (let at = test; at; at = at.parent) if (at.reason) return at.reason;
  return "no reason given";
};

/** After the last test the process ends by itself; one that does not is kept by something a test left open, and would hang for ever. */
const patienceMs = 15_000;

/** mocha's spec report, then each skipped test with its reason; the counts are written to $ONARM_COUNTS for bin/test.mjs. */
export default class HouseReporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(`${test.fullTitle()}: ${reasonOf(test)}`));
    runner.once(EVENT_RUN_END, () => {
      for (const line of skipped) process.stdout.write(`skipped: ${line}\n`);
      const { passes, failures, pending } = runner.stats;
      setTimeout(() => {
        process.stdout.write(`the tests left something open: ${process.getActiveResourcesInfo().join(", ")}\n`);
        process.exit(1);
      }, patienceMs).unref();
      if (process.env.ONARM_COUNTS) writeFileSync(process.env.ONARM_COUNTS, JSON.stringify({ passes, failures, pending }));
    });
  }
}
