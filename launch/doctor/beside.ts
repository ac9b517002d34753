import { references } from "../../robot/arms/interaEcho.ts";
import { cuffState, gripperState, ioStatusOf } from "../../robot/grippers/interaIo.ts";
import { valuesOf } from "../../robot/grippers/interaSignals.ts";
import type { Wire } from "../../robot/wire.ts";
import { bad, good, unknown } from "./check.ts";
import type { Check } from "./check.ts";

/** Listens to what a Sawyer tells beside its joints and needs not tell: call what comes back when enough has been heard. */
export function besideChecks(wire: Pick<Wire, "hear">): () => readonly Check[] {
  let [followed, cuff] = [0, 0];
  let gripper: ReadonlyMap<string, number | boolean> | undefined;
  wire.hear(...references).message$.subscribe(() => followed++);
  wire.hear(cuffState, "intera_core_msgs/IODeviceStatus").message$.subscribe(() => cuff++);
  wire.hear(gripperState, "intera_core_msgs/IODeviceStatus").message$.subscribe((told) => (gripper = valuesOf(ioStatusOf(told))));
  return () => [
    followed > 0
      ? good("echo", `${references[0]} comes: a link that lets no commands through is seen by it`)
      : unknown(
          "echo",
          `nothing comes on ${references[0]}`,
          "a link that lets no commands through then shows as a tracking error, late",
        ),
    cuff > 0
      ? good("cuff", `${cuffState} comes: a hand on the cuff holds the policy`)
      : unknown("cuff", `nothing comes on ${cuffState}`, "a hand on the cuff then shows as an arm that does not follow"),
    gripper === undefined
      ? unknown(
          "gripper",
          `nothing comes on ${gripperState}`,
          "there is none, or it has nothing new to tell; no policy moves one",
        )
      : gripper.get("has_error") === true
        ? bad("gripper", "the gripper reports an error", "reboot it, then calibrate; look at what is between its fingers")
        : good("gripper", gripper.get("is_calibrated") === true ? "there, and calibrated" : "there, not calibrated yet"),
  ];
}
