import { CONTROLS } from "../../launch/study/plan.ts";
import type { StudyConfig } from "../../launch/study/plan.ts";
import { ALGORITHMS } from "../../src/learning/algorithms.ts";

/** A study of everything, as small as one can be. */
export const studyConfig = (over: Partial<StudyConfig> = {}): StudyConfig => ({
  domain: "point",
  algos: ALGORITHMS,
  controls: CONTROLS,
  seeds: [1, 2],
  trainTasks: 4,
  episodes: 2,
  updates: 10,
  updatesOf: {},
  steps: 10,
  rounds: 1,
  fineTuneTasks: 2,
  taskSeed: 0,
  tasks: 2,
  curveTasks: 0,
  preset: "default",
  over: {},
  workers: 1,
  ...over,
});
