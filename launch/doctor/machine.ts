import { statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { sawyer } from "../../robot/description/sawyer.ts";
import { listPorts } from "../../robot/findPorts.ts";
import { limitsOf, loadLimits } from "../../src/config/limits.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { deadlines } from "../../sim/pacedClock.ts";
import { seconds } from "../../src/domain/units.ts";
import { bad, good, look, unknown } from "./check.ts";
import type { Check } from "./check.ts";

/** MB that a day of recordings and the stop log want. */
const ROOM = 2000;
/** Beats that are counted, and the share of whole periods missed that is still good. */
const BEATS = 200;
const MISSED = 0.02;

/** How well this machine keeps a 100 Hz beat now, with whatever else it does. */
const beat = () =>
  new Promise<number>((done) => {
    let [beats, missed] = [0, 0];
    const pace = deadlines(seconds(0.01), (_, late) => {
      missed += late;
      if (++beats < BEATS) return;
      pace.stop();
      done(missed);
    });
  });

/** What every arm needs of the machine. */
export async function machineChecks(limits: string, bundle: string): Promise<readonly Check[]> {
  const { bavail, bsize } = statfsSync(process.cwd());
  const free = Math.round((bavail * bsize) / 1e6);
  const year = new Date().getFullYear();
  return [
    good("node", `Node ${process.versions.node} on ${availableParallelism()} cores`),
    free >= ROOM ? good("disk", `${free} MB free`) : bad("disk", `${free} MB free`, `free ${ROOM} MB, or run elsewhere`),
    year >= 2024
      ? good("clock", new Date().toISOString())
      : bad("clock", new Date().toISOString(), "set the clock; names of recordings come from it"),
    await look("cadence", "end what else runs here", async () => {
      const missed = await beat();
      const told = `${missed} of ${BEATS} periods of 10 ms missed`;
      return missed <= MISSED * BEATS
        ? good("cadence", told)
        : bad("cadence", told, "end what else runs here, or use a machine of its own");
    }),
    await look("limits", "correct the limits file", () => {
      limitsOf(sawyer, loadLimits(limits), limits);
      return good("limits", `${limits} fits ${sawyer.name}`);
    }),
    await look("bundle", "give a bundle that fits with --bundle", async () => {
      const { hash } = await readBundle(bundle);
      return good("bundle", `${bundle} is whole (${hash.slice(0, 12)})`);
    }),
    await look("engine", "run npm ci again", async () => {
      await import("../../src/engine/onnx.ts");
      return good("engine", `ONNX Runtime loads on ${process.platform} ${process.arch}`);
    }),
    await look("serial", "install what serialport needs, or pass the device into the container", async () => {
      const ports = await listPorts();
      return ports.length > 0
        ? good("serial", ports.map(({ path }) => path).join(", "))
        : unknown("serial", "this machine has no serial port", "plug a stop box in, if there is to be one; then onarm find-port");
    }),
  ];
}
