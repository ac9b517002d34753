import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { reachMaster } from "../../robot/ros1/master.ts";
import { skip } from "./skip.ts";

/** The places of bin/rosmaster.mjs. */
const places = [process.env.ONARM_ROSMASTER, "/usr/bin/rosmaster", "/opt/ros/noetic/bin/rosmaster"];

/** A real ROS 1 master of one's own, on a loopback port that was free. */
export interface RosMaster {
  readonly uri: string;
  /** For programs of ROS's own. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends it at once, as a robot that loses its power does. */
  kill(): Promise<void>;
  /** Starts it anew on the same port. Resolves when it answers. */
  start(): Promise<void>;
}

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

/** Starts one. The test, or its suite, is skipped where no ROS 1 is installed. */
export async function rosMaster(context: Mocha.Context): Promise<RosMaster> {
  const program = places.find((place) => place && existsSync(place));
  if (program === undefined) skip(context, "no ROS 1 master here; on Debian: apt-get install python3-rosmaster python3-rostopic");
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const env = { ...process.env, ROS_MASTER_URI: uri, ROS_HOSTNAME: "127.0.0.1", ROS_LOG_DIR: "/tmp" };
  let child: ChildProcess | undefined;
  const start = async () => {
    const started = spawn(program!, ["--core", "-p", String(port)], { env, stdio: "ignore" });
    child = started;
    for (;;) {
      const line = await reachMaster(uri).catch(() => undefined);
      if (line) return void line.destroy();
      if (started.exitCode !== null) throw new Error(`the ROS master ended with ${started.exitCode}`);
      await new Promise((later) => setTimeout(later, 50));
    }
  };
  await start();
  return {
    uri,
    env,
    start,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
