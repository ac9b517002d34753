import { auditTime } from "rxjs";
import { sawyer } from "../robot/description/sawyer.ts";
import type { Controller } from "../src/control/controller.ts";
import { explain } from "../src/domain/stops.ts";
import { metres, seconds } from "../src/domain/units.ts";
import { TABLE_Z } from "../src/tasks/sawyer.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { acceptsIn, armView, sceneMarks } from "./armView.ts";
import { operate } from "./operate.ts";
import { openPage } from "./page.ts";
import type { PageOptions } from "./page.ts";

/** ms between two snapshots. */
const SNAPSHOT = 50;
/** ms between two tellings of the metrics. */
const METRICS = 5000;

export interface RunView {
  readonly controller: Controller;
  /** Clears a stop, where nothing speaks against it. */
  reset(): Promise<void>;
  task(): SawyerTask | undefined;
  steps(): number;
  /** Prometheus text. */
  metrics(): string;
  log(line: string): void;
}

/** The page of an arm that is driven: who is in control, why it stopped and what to do, and the operator's commands. */
export async function openRunPage(options: Omit<PageOptions, "description">, view: RunView): Promise<{ close(): Promise<void> }> {
  const { controller, log } = view;
  const page = await openPage({ ...options, description: sawyer }, log);
  const words = (cause: string) => {
    const { what, why, remedy } = explain(cause);
    return `${what} ${why} ${remedy}`;
  };
  const showing = controller.tick$.pipe(auditTime(SNAPSHOT)).subscribe({
    next: (tick) => {
      const mode = controller.mode();
      const task = view.task();
      const arm = armView(tick, task && `driving in scene ${task.id}`);
      const { stops, clamps } = controller.counters();
      const outside = controller.outside();
      page.show({
        at: seconds(tick.at),
        mode: mode.is,
        reason:
          "cause" in mode ? words(mode.cause) : outside ? words(outside) : mode.is === "idle" ? "waiting for start" : "driving",
        stages: [],
        ...(arm ? { arm } : {}),
        scene: { table: metres(TABLE_Z), marks: sceneMarks(tick, task) },
        series: [],
        counters: { steps: view.steps(), updates: 0, stops, clamps },
        accepts: acceptsIn(mode.is, outside !== undefined),
      });
    },
    error: () => {},
  });
  const act = operate(controller, () => view.reset());
  const commands = page.command$.subscribe((command) => {
    void Promise.resolve()
      .then(() => act(command))
      .catch((error: Error) => log(`${command.by ?? "operator"}: ${error.message}`));
  });
  const measuring = setInterval(() => page.measured(view.metrics()), METRICS);
  // Who did what goes into the recording, with the arm's own story.
  const audits = page.audit$.subscribe(({ by, what }) => {
    log(`${by}: ${what}`);
    controller.note({ level: "info", code: "operator", text: `${by}: ${what}` });
  });
  return {
    close: async () => {
      clearInterval(measuring);
      audits.unsubscribe();
      showing.unsubscribe();
      commands.unsubscribe();
      await page.close();
    },
  };
}
