import { sawyer } from "../robot/description/sawyer.ts";
import type { Ros1 } from "../robot/ros1/node.ts";
import type { Site } from "../robot/sites/site.ts";
import { ownArm } from "../robot/urdf/own.ts";
import type { OwnArm } from "../robot/urdf/own.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { readConfig } from "../src/config/file.ts";

/** Under which name a robot keeps its URDF with its master. */
export const DESCRIPTION = "/robot_description";

/**
 * The arm as it says itself that it is: the file that its site names, else what the robot has told its master. Undefined where neither is: the
 * nominal arm has to do. @throws "config.invalid" for another arm's description, or none that can be read
 */
export async function ownArmOf(
  { urdf }: Pick<Site, "urdf">,
  node: Pick<Ros1, "parameter" | "master">,
): Promise<OwnArm | undefined> {
  if (urdf !== undefined) return ownArm(readConfig(urdf), sawyer, urdf);
  const told = await node.parameter(DESCRIPTION);
  if (told === undefined) return undefined;
  const from = `${DESCRIPTION} of ${node.master}`;
  if (typeof told !== "string")
    throw new OnarmError("config.invalid", `${from} is no text; name the robot's URDF as "urdf" in the site file`);
  return ownArm(told, sawyer, from);
}
