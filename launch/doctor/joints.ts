import { jointsByName } from "../../robot/arms/joints.ts";
import type { Messages } from "../../robot/ros1/messages.ts";
import type { ArmDescription } from "../../src/domain/arm.ts";
import { bad, good, look, unknown } from "./check.ts";
import type { Check } from "./check.ts";

type JointStates = Messages["sensor_msgs/JointState"];

/** rad: an arm that was pushed a little past its own end stops is still told in radians. */
const PAST = 0.3;
/** What else a robot tells among its joints, and nobody minds. */
const beside = /^(head_pan|torso_t\d|.*finger.*|.*gripper.*)$/;

/** Whether joint states are this arm's: each joint there once, by name, in radians. `topic`: where they come from; `away`: why nothing may come. */
export async function jointChecks(
  states: JointStates | undefined,
  description: ArmDescription,
  { topic, away }: { readonly topic: string; readonly away: string },
): Promise<readonly Check[]> {
  if (!states) return [bad("joints", `nothing came on ${topic}`, away)];
  const found = await look("joints", away, () => {
    const measured = jointsByName(description.commanded, topic)(states);
    if (!measured)
      return bad(
        "joints",
        `${topic} tells of ${states.name.join(", ")}: not of this arm`,
        "is it this robot, and the right topic?",
      );
    if (![...measured.position, ...measured.velocity].every(Number.isFinite))
      return bad(
        "joints",
        `${topic} tells positions or velocities that are no numbers`,
        "its driver must tell position and velocity of every joint",
      );
    const twice = states.name.find((name, k) => states.name.indexOf(name) !== k);
    if (twice !== undefined)
      return bad("joints", `${topic} tells ${twice} twice`, "see who publishes there; one of them must not");
    const known = new Set(description.joints.map(({ name }) => name));
    const strange = states.name.filter((name) => !known.has(name) && !beside.test(name));
    const told = `found by name in: ${states.name.join(", ")}`;
    return strange.length === 0
      ? good("joints", told)
      : unknown(
          "joints",
          `${told}; ${strange.join(", ")} is not known here`,
          "it is left alone; make sure that it is no joint of this arm",
        );
  });
  if (found.ok === false) return [found];
  const { position } = jointsByName(description.commanded, topic)(states)!;
  return [found, unitsOf(position, description, topic)];
}

/** Angles beyond what the joints can reach are in other units, or another arm's. */
function unitsOf(position: readonly number[], { joints, commanded }: ArmDescription, topic: string): Check {
  const outside = commanded.flatMap((name, k) => {
    const { lower, upper } = joints.find((joint) => joint.name === name)!;
    const at = position[k]!;
    return at >= lower - PAST && at <= upper + PAST ? [] : [{ name, at, lower, upper }];
  });
  const [first] = outside;
  if (!first) return good("units", "every joint is told where it can be, in radians");
  const inDegrees = outside.every(({ at, lower, upper }) => {
    const turned = (at * Math.PI) / 180;
    return turned >= lower - PAST && turned <= upper + PAST;
  });
  const told = `${topic} has ${first.name} at ${first.at.toFixed(2)}, beyond ${first.lower} to ${first.upper} rad`;
  return inDegrees
    ? bad("units", `${told}; as degrees it would fit`, "have the driver tell radians, as ROS does (REP 103)")
    : bad("units", told, "is it this arm, and told in radians?");
}
