import { createServer, connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { sawyer } from "../../robot/description/sawyer.ts";
import { monotonic } from "../../sim/pacedClock.ts";
import { spawnTwin } from "../../sim/pacedTwin.ts";
import type { TracePoint } from "../../sim/twin.ts";
import type { Sending } from "../../sim/wire.ts";
import { loadLimits } from "../../src/config/limits.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Arm } from "../../src/ports/arm.ts";
import { openArmAt } from "../interaArm.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import { spawnSubject } from "../subjectClient.ts";
import type { Subject } from "../subjectClient.ts";
import type { SubjectJob, SubjectSaid } from "../subjectJob.ts";
import { readTrace, startOf, TIMEOUT } from "./world.ts";
import { openRobot } from "./wire/world.ts";
import type { DrillContext } from "./row.ts";

/** A twin of its own with a record of what it really did, for processes to be tried on. */
export interface Stage {
  /** Where control reaches it, and what a person beside it does. */
  readonly twin: { readonly address: string; readonly arm: Pick<Arm, "reset" | "enable"> };
  /** The twin's own record from `since` on. */
  truth(since?: number): TracePoint[];
  close(): Promise<void>;
}

export async function openStage({ folder, wire }: DrillContext): Promise<Stage> {
  const from = startOf(loadLimits(LIMITS_FILE));
  if (wire !== undefined) {
    const robot = await openRobot(folder, from, wire);
    const beside = (deed: "reset" | "enable") => async () => {
      const { arm } = await openArmAt(robot.between.address);
      await arm[deed]().finally(arm.close);
    };
    return {
      twin: { address: robot.between.address, arm: { reset: beside("reset"), enable: beside("enable") } },
      truth: (since = -Infinity) => robot.trace().filter(({ t }) => t >= since),
      close: robot.end,
    };
  }
  const file = join(folder, "trace.jsonl");
  const twin = await spawnTwin(sawyer, { timeout: TIMEOUT, start: from, linger: 2, trace: file });
  return {
    twin,
    truth: (since = -Infinity) => readTrace(file).filter(({ t }) => t >= since),
    close: () => twin.end(),
  };
}

/** A control process that moves the stage's arm. */
export interface Actor extends Subject {
  /** All it has said so far. */
  readonly said: readonly SubjectSaid[];
}

export type Acting = Pick<SubjectJob, "does"> & { readonly watched?: boolean; readonly through?: string };

/** Starts one, waits until the arm moves, and ends it whatever happens. A start that a busy machine spoils is tried again. */
export async function acting<T>(stage: Stage, how: Acting, act: (actor: Actor) => Promise<T>, tries = 3): Promise<T> {
  const { address } = stage.twin;
  const { does, watched, through } = how;
  const subject = spawnSubject({
    address: through ?? address,
    does,
    attended: true,
    ...(watched ? { watchdog: address } : {}),
  });
  const said: SubjectSaid[] = [];
  let over = false;
  subject.said$.subscribe({ next: (line) => said.push(line), complete: () => (over = true) });
  const moves = () => said.some((line) => "moving" in line);
  const spoilt = () => over || said.some((line) => "mode" in line && line.mode.is === "stopped");
  try {
    await seen(() => (moves() || spoilt() ? true : undefined), START);
    if (moves() && !spoilt()) return await act({ ...subject, said });
  } finally {
    await subject.signal("SIGCONT");
    await subject.signal("SIGKILL");
  }
  if (tries <= 1) throw new OnarmError("process.lost", "the drill's control process does not get the arm to move; run it again");
  await pause(500);
  await stage.twin.arm.reset().catch(() => {}); // it may not have been stopped
  await stage.twin.arm.enable().catch(() => {});
  return acting(stage, how, act, tries - 1);
}

/** s that a control process may take from its start to motion. */
const START = 20;

/** Waits for something to be seen, at most `patience` s. */
export async function seen<T>(look: () => T | undefined, patience: number): Promise<T | undefined> {
  for (const last = monotonic() + patience; ; await pause(5)) {
    const found = look();
    if (found !== undefined || monotonic() > last) return found;
  }
}

/** A set-point as it passed, with the moment it did. */
export interface Passed {
  readonly at: number;
  readonly sent: number;
}

/** A line in front of a twin on which every set-point is noted as it passes. */
export async function tapped(address: string): Promise<{ address: string; passed: readonly Passed[]; close(): void }> {
  const [host, port] = address.split(":");
  const passed: Passed[] = [];
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: host!, port: Number(port) });
    for (const socket of [near, far]) {
      ends.add(socket);
      socket.setNoDelay(true).on("error", () => {});
    }
    let rest = "";
    near.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("utf8")).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const { op, at } = JSON.parse(line) as Partial<Sending>;
        if (op === "send") passed.push({ at: monotonic(), sent: at! });
      }
    });
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    close: () => {
      ends.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

/** Throws where a drill cannot go on. */
export const need = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new OnarmError("process.lost", `the drill waited for ${what} in vain; run it again`);
  return value;
};
