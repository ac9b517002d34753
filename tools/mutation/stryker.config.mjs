import { fileURLToPath } from "node:url";

/** Mutants of everything that decides whether the arm may move, held against the unit tests of just that; paths are the repository's. */
export default {
  mutate: ["src/safety/**/*.ts", "src/control/modes.ts"],
  testRunner: "mocha",
  plugins: ["@stryker-mutator/mocha-runner"],
  mochaOptions: {
    "no-config": true,
    require: [fileURLToPath(new URL("repeatable.mjs", import.meta.url))],
    // Closed loops of thousands of commands are left out: what only they would notice, no test says.
    grep: "^(?!an arm that follows)",
    // In this order: a mutant is done with at the first test that fails, so the quick and pointed ones come first.
    spec: [
      "test/unit/control/modes.test.ts",
      "test/unit/safety/!(*.property|governor).test.ts",
      "test/unit/safety/*.property.test.ts",
      "test/unit/safety/governor.test.ts",
    ],
  },
  testRunnerNodeArgs: ["--import", "tsx/esm"],
  coverageAnalysis: "perTest",
  // One process, mutants switched inside it. A second would share the cores with what the machine is for.
  concurrency: 1,
  timeoutMS: 20_000,
  timeoutFactor: 1.25,
  tempDirName: "out/mutation/sandbox",
  ignorePatterns: ["/out", "/shipped", "/docs", "/bundles", "/data", "/coverage", "/tools"],
  reporters: ["progress-append-only", "clear-text", "json", "html"],
  clearTextReporter: { reportTests: false, logTests: false },
  jsonReporter: { fileName: "out/mutation/report.json" },
  htmlReporter: { fileName: "out/mutation/report.html" },
  thresholds: { high: 95, low: 95, break: 95 },
};
