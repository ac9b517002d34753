import { groupOf, promised } from "./promised.ts";
import { unbuilt } from "./row.ts";
import type { Row, Trial } from "./row.ts";
import { arm } from "./rows/arm.ts";
import { broker_ } from "./rows/broker.ts";
import { bundle } from "./rows/bundle.ts";
import { camera } from "./rows/camera.ts";
import { exploration } from "./rows/exploration.ts";
import { link } from "./rows/link.ts";
import { process_ } from "./rows/process.ts";
import { operator } from "./rows/operator.ts";
import { serial } from "./rows/serial.ts";
import { training } from "./rows/training.ts";
import { recording } from "./rows/recording.ts";
import { policy } from "./rows/policy.ts";

const absent: Readonly<Record<string, Trial>> = {
  S4: unbuilt(
    "no action of a policy moves a gripper yet, so there is nothing that could hold; grippers alone are tested with their adapters",
  ),
};

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
};

/** Every row of the fault table, in its order, with the way it is tried. */
export const rows: readonly Row[] = promised.map((row) => ({
  ...row,
  group: groupOf(row.id),
  ...(trials[row.id] ?? absent[row.id]!),
}));
