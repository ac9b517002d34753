import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { reachMaster } from "../../../robot/ros1/master.ts";
import { OnarmError } from "../../../src/domain/errors.ts";

const places = [process.env.ONARM_ROSMASTER, "/usr/bin/rosmaster", "/opt/ros/noetic/bin/rosmaster"];

/** Why there is no ROS 1 master to drill with; undefined where there is one. */
export const noMaster = (): string | undefined =>
  places.some((place) => place && existsSync(place))
    ? undefined
    : "there is no ROS 1 master on this machine; on Debian: apt-get install python3-rosmaster";

/** Masters that a drill which ends in any way takes with it. */
const living = new Set<ChildProcess>();
process.once("exit", () => living.forEach((child) => child.kill("SIGKILL")));

/** A ROS 1 master of the drill's own, on a loopback port that was free. */
export interface DrillMaster {
  readonly uri: string;
  /** At once, as a robot that loses its power. */
  kill(): Promise<void>;
  again(): Promise<void>;
}

/** ms that a master may take to answer. */
const PATIENCE = 15_000;

/** Rejects with "process.lost" when none is there, or it does not answer. */
export async function openMaster(): Promise<DrillMaster> {
  const program = places.find((place) => place && existsSync(place));
  if (program === undefined) throw new OnarmError("process.lost", noMaster()!);
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const uri = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const again = async () => {
    const env = { ...process.env, ROS_LOG_DIR: tmpdir(), ROS_HOSTNAME: "127.0.0.1" };
    const started = spawn(program, ["--core", "-p", String(port)], { env, stdio: "ignore", detached: true });
    child = started;
    living.add(started);
    started.once("exit", () => living.delete(started));
    for (const last = Date.now() + PATIENCE; ; await pause(50)) {
      const line = await reachMaster(uri).catch(() => undefined);
      if (line) return void line.destroy();
      if (started.exitCode !== null || Date.now() > last)
        throw new OnarmError("process.lost", `the drill's ROS master at ${uri} does not answer; run the drill again`);
    }
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  await again();
  return { uri, kill, again };
}
