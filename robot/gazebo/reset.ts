import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { OnarmError } from "../../src/domain/errors.ts";

const run = promisify(execFile);

/** ms that the simulator may take, and its program a little longer. */
const PATIENCE = 3000;

/**
 * Has Gazebo put a whole world back to its beginning, time included, by its own service and its own program: the bridge carries no such service in every
 * release. `program`: for tests. Rejects with "arm.refused", naming what failed.
 */
export async function resetWorld(world: string, program = "gz"): Promise<void> {
  const service = `/world/${world}/control`;
  const asked = ["service", "-s", service, "--reqtype", "gz.msgs.WorldControl", "--reptype", "gz.msgs.Boolean"];
  const refuse = (why: string, cause?: unknown) =>
    new OnarmError("arm.refused", `Gazebo does not reset its world by ${service}: ${why}`, {}, cause);
  const { stdout } = await run(program, [...asked, "--timeout", String(PATIENCE), "--req", "reset: {all: true}"], {
    timeout: 2 * PATIENCE,
  }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? `the program ${program} is not here; run the shim where Gazebo is` : error.message;
    throw refuse(why.split("\n")[0]!, error);
  });
  if (!/data:\s*true/.test(stdout)) throw refuse(`it answers "${stdout.trim().split("\n")[0] ?? ""}"; is the world running?`);
}
