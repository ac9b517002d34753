import { auditTime } from "rxjs";
import { sawyer } from "../robot/description/sawyer.ts";
import { loadLimits } from "../src/config/limits.ts";
import type { Tick } from "../src/domain/control.ts";
import { explain } from "../src/domain/stops.ts";
import { metres, seconds } from "../src/domain/units.ts";
import { withPoint } from "../src/operator/snapshot.ts";
import type { PageState, Series, Stage } from "../src/operator/protocol.ts";
import { TABLE_Z } from "../src/tasks/sawyer.ts";
import { acceptsIn, armView, sceneMarks } from "./armView.ts";
import type { VerbContext } from "./cli.ts";
import type { Hooks, Stage as StageName } from "./improve.ts";
import { operate } from "./operate.ts";
import { openPacedSample } from "./pacedSample.ts";
import { openPage, type PageOptions } from "./page.ts";
import { faultLog } from "./running/faults.ts";
import { LIMITS_FILE } from "./sawyer.ts";
import type { ScoreSummary } from "./score.ts";

const TITLES: Record<StageName, string> = {
  "evaluate before": "Score before, on held-out tasks",
  practise: "Practise without rewards, fine-tune on own labels",
  gate: "Gate: is it better on validation tasks?",
  "evaluate after": "Score after, on the same held-out tasks",
};
/** ms between two snapshots of the moving arm. */
const SNAPSHOT = 50;

/** The page of a demo or of practice: the arm at real speed, the run's stages, curves and verdict; stop and the way out of a stop. */
export async function openDemoPage(
  options: Omit<PageOptions, "description" | "limits">,
  context: VerbContext,
): Promise<{ hooks: Hooks; close(): Promise<void> }> {
  const page = await openPage({ ...options, description: sawyer, limits: loadLimits(LIMITS_FILE) }, context.log);
  const sample = await openPacedSample(context.seed).catch(async (error: unknown) => {
    await page.close();
    throw error;
  });
  const { controller } = sample;
  let stages: Stage[] = (Object.keys(TITLES) as StageName[]).map((id) => ({
    id,
    title: TITLES[id],
    state: "waiting",
    done: 0,
    total: 0,
  }));
  let series: Series[] = [];
  let scores: Pick<PageState, "before" | "after" | "gate"> = {};
  let counters = { steps: 0, updates: 0, stops: 0, clamps: 0 };
  let tick: Tick | undefined;
  let stoppedByOperator = false;
  const faults = faultLog(
    () => performance.now() / 1000,
    ({ code, text, remedy }) => context.record({ level: "warn", code, text, fields: { remedy } }),
  );
  const causes = controller.mode$.subscribe((mode) => {
    if (!("cause" in mode)) return;
    const { what, remedy } = explain(mode.cause);
    faults.add({ level: mode.is === "stopped" ? "fault" : "warn", code: mode.cause, text: what, remedy });
  });

  const reason = () => {
    const mode = controller.mode();
    const running = stages.find((stage) => stage.state === "running");
    if ("cause" in mode) {
      const { what, why, remedy } = explain(mode.cause);
      return `${what} ${why} ${remedy}${stoppedByOperator ? " Practice waits until then." : ""}`;
    }
    if (running) return `${running.title} (lockstep); the arm shown practises at real speed`;
    return stages.every((stage) => stage.state === "done") ? "the run is over" : "getting ready";
  };
  const show = () => {
    if (!tick) return;
    const mode = controller.mode();
    const { stops, clamps } = controller.counters();
    const task = sample.task();
    const arm = armView(tick, task && `practising in scene ${task.id}`);
    page.show({
      at: seconds(tick.at),
      mode: mode.is,
      reason: reason(),
      stages,
      ...(arm ? { arm } : {}),
      scene: { table: metres(TABLE_Z), marks: sceneMarks(tick, task) },
      ...scores,
      series,
      counters: { ...counters, stops: counters.stops + stops, clamps: counters.clamps + clamps },
      accepts: acceptsIn(mode.is),
      faults: faults.list(),
    });
  };
  const watching = controller.tick$.pipe(auditTime(SNAPSHOT)).subscribe((next) => {
    tick = next;
    show();
  });
  const act = operate(controller);
  const commands = page.command$.subscribe((command) => {
    const { kind } = command;
    if (kind === "stop") stoppedByOperator = true;
    // Out of turn: the mode table refuses it, and the page shows the mode.
    void Promise.resolve()
      .then(() => act(command))
      .then(() => void (kind === "start" && (stoppedByOperator = false)))
      .catch((error: Error) => context.log(`${command.by ?? "operator"}: ${error.message}`));
  });

  const audits = page.audit$.subscribe(({ by, what }) => context.log(`${by}: ${what}`));

  const plot = (name: string, group: Series["group"], over: string, x: number, y: number) => {
    if (!Number.isFinite(y)) return;
    const curve = series.find((s) => s.name === name) ?? { name, group, over, points: [] };
    series = [...series.filter((s) => s.name !== name), withPoint(curve, x, y)];
  };
  const hooks: Hooks = {
    onStage: (id, done, total) => {
      const at = stages.findIndex((stage) => stage.id === id);
      stages = stages.map((stage, i) =>
        i < at
          ? { ...stage, state: "done" }
          : i === at
            ? { ...stage, state: done >= total ? "done" : "running", done, total }
            : stage,
      );
    },
    onScore: (which, score) => void (scores = { ...scores, [which]: scoreOf(score) }),
    onRound: async (round, decoded) => {
      const { steps, updates } = round.state;
      counters = { ...counters, steps, updates };
      plot("decoded reward", "decoded reward", "steps", steps, decoded);
      plot("critic loss", "loss", "updates", updates, round.metrics?.critic1 ?? NaN);
      plot("decoder loss", "loss", "updates", updates, round.metrics?.decoder ?? NaN);
      // The operator's stop stops the learning arm too: practice waits until the arm is started again. A stop of the sample's own
      // (a starved machine, say) is shown, and the run beside it goes on.
      while (stoppedByOperator && !context.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    onVerdict: ({ verdict, reasons }) => void (scores = { ...scores, gate: { verdict, reasons } }),
    onBundle: sample.use,
  };
  return {
    hooks,
    close: async () => {
      watching.unsubscribe();
      commands.unsubscribe();
      causes.unsubscribe();
      audits.unsubscribe();
      await sample.close();
      await page.close();
    },
  };
}

const scoreOf = (score: ScoreSummary) => ({
  success: score.success ?? NaN,
  ci95: score.ci95,
  return: score.return,
  episodes: score.tasks,
});
