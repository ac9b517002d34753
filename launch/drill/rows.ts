import { groupOf, promised } from "./promised.ts";
import type { Row, Trial } from "./row.ts";
import { arm } from "./rows/arm.ts";
import { broker_ } from "./rows/broker.ts";
import { bundle } from "./rows/bundle.ts";
import { camera } from "./rows/camera.ts";
import { exploration } from "./rows/exploration.ts";
import { gripper } from "./rows/gripper.ts";
import { link } from "./rows/link.ts";
import { process_ } from "./rows/process.ts";
import { operator } from "./rows/operator.ts";
import { serial } from "./rows/serial.ts";
import { training } from "./rows/training.ts";
import { recording } from "./rows/recording.ts";
import { policy } from "./rows/policy.ts";

const trials: Readonly<Record<string, Trial>> = {
  ...link,
  ...camera,
  ...policy,
  ...bundle,
  ...arm,
  ...exploration,
  ...process_,
  ...recording,
  ...broker_,
  ...training,
  ...operator,
  ...serial,
  ...gripper,
};

/** Every row of the fault table, in its order, with the way it is tried. */
export const rows: readonly Row[] = promised.map((row) => ({
  ...row,
  group: groupOf(row.id),
  ...trials[row.id]!,
}));
