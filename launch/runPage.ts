import { statfs } from "node:fs/promises";
import { auditTime } from "rxjs";
import { explain } from "../src/domain/stops.ts";
import type { DiskView } from "../src/operator/protocol.ts";
import type { RecorderCounts } from "../src/recording/recorder.ts";
import { operate } from "./operate.ts";
import { openPage } from "./page.ts";
import type { Page, PageOptions } from "./page.ts";
import { runCommands } from "./running/commands.ts";
import type { CommandParts } from "./running/commands.ts";
import type { ConfirmedScene } from "./running/resets.ts";
import type { Rewards } from "./running/rewards.ts";
import { runSnapshot } from "./running/snapshot.ts";
import type { RunParts } from "./running/snapshot.ts";
import { recentTiming } from "./running/timing.ts";

/** ms between two snapshots, two tellings of the metrics, two looks at the disk. */
const SNAPSHOT = 25;
const METRICS = 5000;
const DISK = 2000;

export interface RunView extends Omit<RunParts, "timing" | "disk" | "rewards" | "resets" | "book" | "weights"> {
  readonly book: RunParts["book"] & CommandParts["book"];
  readonly weights: RunParts["weights"] & CommandParts["weights"];
  readonly rewards?: Pick<Rewards<unknown>, "asks" | "given" | "say">;
  readonly resets?: Pick<ConfirmedScene, "request" | "confirm">;
  /** Clears a stop, where nothing speaks against it. */
  reset(): Promise<void>;
  readonly period: number;
  lateShare(): number;
  /** Folder of the recording, and what was written of it. */
  readonly directory: string;
  recorded(): RecorderCounts;
  /** Prometheus text. */
  metrics(): string;
  log(line: string): void;
}

/** The page of an arm that is driven: who is in control, what it does, why it stopped and what to do, and the operator's commands. */
export async function openRunPage(
  options: Omit<PageOptions, "description" | "limits">,
  view: RunView,
): Promise<Pick<Page, "url" | "pid" | "close">> {
  const { controller, faults, log } = view;
  const page = await openPage({ ...options, description: view.description, limits: view.limits }, log);
  const timing = recentTiming(view.period, view.lateShare);
  let disk: DiskView | undefined;
  const measure = async () => {
    const { bavail, bsize } = await statfs(view.directory);
    const { bytes, dropped } = view.recorded();
    disk = { freeBytes: bavail * bsize, recordedBytes: bytes, lost: dropped };
  };
  const snapshot = runSnapshot({ ...view, timing: timing.now, disk: () => disk });

  const beats = controller.tick$.subscribe({ next: timing.tick, error: () => {} });
  const showing = controller.tick$
    .pipe(auditTime(SNAPSHOT))
    .subscribe({ next: (tick) => page.show(snapshot(tick)), error: () => {} });
  const notices = controller.tick$.subscribe({
    next: ({ notices = [] }) => {
      for (const { level, code, text } of notices) if (code !== "operator") faults.add({ level, code, text });
    },
    error: () => {},
  });
  const causes = controller.mode$.subscribe((mode) => {
    if (!("cause" in mode)) return;
    const { what, remedy } = explain(mode.cause);
    faults.add({ level: mode.is === "stopped" ? "fault" : "warn", code: mode.cause, text: what, remedy });
  });
  const act = runCommands({
    ...view,
    noted: (text) => controller.note({ level: "info", code: "operator", text }),
    arm: operate(controller, () => view.reset()),
  });
  const commands = page.command$.subscribe((command) => {
    void Promise.resolve()
      .then(() => act(command))
      .catch((error: Error) => {
        log(`${command.by ?? "operator"}: ${error.message}`);
        faults.add({ level: "info", code: "command.refused", text: `${command.by ?? "operator"}: ${error.message}` });
      });
  });
  const measuring = setInterval(() => page.measured(view.metrics()), METRICS);
  const looking = setInterval(() => void measure().catch(() => {}), DISK);
  // Who did what goes into the recording, with the arm's own story.
  const audits = page.audit$.subscribe(({ by, what }) => {
    log(`${by}: ${what}`);
    controller.note({ level: "info", code: "operator", text: `${by}: ${what}` });
  });
  await measure().catch(() => {});
  return {
    url: page.url,
    get pid() {
      return page.pid;
    },
    close: async () => {
      clearInterval(measuring);
      clearInterval(looking);
      for (const one of [audits, beats, showing, notices, causes, commands]) one.unsubscribe();
      await page.close();
    },
  };
}
