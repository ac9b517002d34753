import { sawyer } from "../../robot/description/sawyer.ts";
import { spawnTwin } from "../../sim/pacedTwin.ts";
import type { JointCommand } from "../../src/domain/arm.ts";
import { seconds } from "../../src/domain/units.ts";

/** A controller to be killed: starts a twin, moves its first joint for ever, says where the twin is once it moves. argv: kind, trace file. */
const [kind, trace] = process.argv.slice(2) as [JointCommand["kind"], string];
const twin = await spawnTwin(sawyer, { timeout: 0.1, linger: 0.3, trace });
let measured: readonly number[] = sawyer.poses.neutral!;
let beats = 0;
twin.arm.state$.subscribe((state) => (measured = state.position));
twin.clock.beat$.subscribe(() => {
  const value =
    kind === "velocity" ? measured.map((_, i) => (i === 0 ? 0.3 : 0)) : measured.map((q, i) => (i === 0 ? q + 0.02 : q));
  twin.arm.send({ kind, value, period: seconds(0.01) }).subscribe();
  if (++beats === 30) process.stdout.write(JSON.stringify({ address: twin.address }) + "\n");
});
