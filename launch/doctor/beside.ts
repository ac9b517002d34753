import { references } from "../../robot/arms/interaEcho.ts";
import { cuffState, gripperState, ioStatusOf } from "../../robot/grippers/interaIo.ts";
import { valuesOf } from "../../robot/grippers/interaSignals.ts";
import type { Wire } from "../../robot/wire.ts";
import { bad, good, unknown } from "./check.ts";
import type { Check } from "./check.ts";

/** Listens to what a Sawyer tells beside its joints and needs not tell: call what comes back when enough has been heard. `gripper`: its site names one. */
export function besideChecks(wire: Pick<Wire, "hear">, { gripper }: { readonly gripper: boolean }): () => readonly Check[] {
  let [followed, cuff] = [0, 0];
  wire.hear(...references).message$.subscribe(() => followed++);
  wire.hear(cuffState, "intera_core_msgs/IODeviceStatus").message$.subscribe(() => cuff++);
  const gripped = gripperCheck(wire, gripper);
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
    gripped(),
  ];
}

/** The same for the electric gripper alone. */
export function gripperCheck(wire: Pick<Wire, "hear">, named: boolean): () => Check {
  let told: ReadonlyMap<string, number | boolean> | undefined;
  wire.hear(gripperState, "intera_core_msgs/IODeviceStatus").message$.subscribe((it) => (told = valuesOf(ioStatusOf(it))));
  return () => {
    const nothing = `nothing comes on ${gripperState}`;
    if (told === undefined)
      return named
        ? bad("gripper", nothing, "is it mounted, and does the robot list it? else take it out of the site file")
        : unknown("gripper", nothing, "the site names none: a policy then closes nothing");
    if (told.get("has_error") === true)
      return bad("gripper", "the gripper reports an error", "reboot it, then calibrate; look at what is between its fingers");
    if (!named)
      return unknown(
        "gripper",
        "there, and the site does not name it",
        "write `gripper: intera-electric` into the site file for a policy to close it",
      );
    return good("gripper", told.get("is_calibrated") === true ? "there, and calibrated" : "there; a run calibrates it first");
  };
}
