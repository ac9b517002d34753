import { sawyer } from "../../robot/description/sawyer.ts";
import type { Controller } from "../../src/control/controller.ts";
import type { Limits } from "../../src/domain/arm.ts";
import type { LearningView } from "../../src/operator/protocol.ts";
import type { RunView } from "../runPage.ts";
import { faultLog } from "./faults.ts";

const NO_WEIGHTS: LearningView = { running: "none", verdicts: [] };

/** What the page shows of an arm that no policy drives: benchmarks and drills move it by hand. `directory`: whose disk is looked at. */
export function undriven(
  {
    controller,
    limits,
    clock,
  }: { readonly controller: Controller; readonly limits: Limits; readonly clock: { now(): number; readonly period: number } },
  directory: string,
): RunView {
  return {
    ...{ controller, limits, directory },
    description: sawyer,
    reset: controller.reset,
    period: clock.period,
    lateShare: () => 0,
    book: { list: () => [], mark: () => false },
    faults: faultLog(clock.now),
    weights: {
      view: () => NO_WEIGHTS,
      accepts: () => [],
      promote: () => Promise.resolve(),
      rollBack: () => Promise.resolve(),
    },
    recorded: () => ({ written: 0, dropped: 0, refused: 0, bytes: 0 }),
    task: () => undefined,
    steps: () => 0,
    episode: () => undefined,
    explores: () => false,
    belief: () => undefined,
    decoded: () => undefined,
    metrics: () => "",
    log: () => {},
  };
}
