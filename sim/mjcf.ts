import type { ArmDescription } from "../src/domain/arm.ts";
import { armMjcf } from "./armMjcf.ts";
import type { ArmMjcf } from "./armMjcf.ts";
import { BLOCK_FRICTION, blockContacts, blocks, furnitureActuators, furnitureMjcf, touchable } from "./furniture/shapes.ts";

/** Largest step, s, at which the acceptance runs still hold. */
export const TIMESTEP = 0.01;

const pair = (a: string, b: string, friction: number, condim = 3) =>
  `<pair geom1="${a}" geom2="${b}" condim="${condim}" friction="${friction} ${friction} 0.005 0.0001 0.0001"/>`;

/** Which geoms may touch is spelled out pair by pair: the engine's own search for pairs costs a third of every step. A held block must not turn between two pads. */
const contacts = (arm: ArmMjcf) => [
  ...Object.entries(touchable).flatMap(([thing, friction]) =>
    arm.tools.map((tool) => pair(tool, thing, friction, (blocks as readonly string[]).includes(thing) ? 4 : 3)),
  ),
  ...blockContacts.map(([block, other]) => pair(block, other, BLOCK_FRICTION)),
];

/** The embedded world as MJCF text: the arm, the table, and every piece of furniture a scene can have. SI, frame `base`. */
export function worldMjcf(description: ArmDescription, timestep: number = TIMESTEP): string {
  const arm = armMjcf(description);
  return `<mujoco model="${description.name}">
<compiler angle="radian" eulerseq="XYZ" autolimits="true" inertiafromgeom="false" boundmass="0.001" boundinertia="1e-6"/>
<option timestep="${timestep}" integrator="implicitfast" cone="elliptic" impratio="10"><flag autoreset="disable"/></option>
<size memory="2M"/>
<default><geom contype="0" conaffinity="0"/></default>
<worldbody>${furnitureMjcf()}${arm.bodies}</worldbody>
<contact>${contacts(arm).join("")}</contact>
<actuator>${arm.actuators}${furnitureActuators()}</actuator>
</mujoco>`;
}
