import { CHEETAH_JOINTS } from "../../src/tasks/cheetah.ts";

/**
 * The half-cheetah of Wawrzynski (2009) as MJCF, from the numbers of the benchmark that everybody compares on. A planar body of 14 kg:
 * every joint turns about y, carries a spring towards its rest, and a motor of `gear` N m at an action of 1.
 */
interface Limb {
  /** Where its joint sits in its parent, (x, z) m. */
  readonly at: readonly [number, number];
  readonly range: readonly [number, number];
  /** N m s/rad, N m/rad, N m. */
  readonly damping: number;
  readonly stiffness: number;
  readonly gear: number;
  /** Its capsule: centre (x, z) m, turn about y rad, half length m. */
  readonly centre: readonly [number, number];
  readonly turn: number;
  readonly half: number;
}
type JointName = (typeof CHEETAH_JOINTS)[number];

// prettier-ignore
const limbs: Readonly<Record<JointName, Limb>> = {
  "back-thigh":  { at: [-0.5, 0],      range: [-0.52, 1.05],   damping: 6,   stiffness: 240, gear: 120, centre: [0.1, -0.13],    turn: -3.8,  half: 0.145 },
  "back-shin":   { at: [0.16, -0.25],  range: [-0.785, 0.785], damping: 4.5, stiffness: 180, gear: 90,  centre: [-0.14, -0.07],  turn: -2.03, half: 0.15 },
  "back-foot":   { at: [-0.28, -0.14], range: [-0.4, 0.785],   damping: 3,   stiffness: 120, gear: 60,  centre: [0.03, -0.097],  turn: -0.27, half: 0.094 },
  "front-thigh": { at: [0.5, 0],       range: [-1, 0.7],       damping: 4.5, stiffness: 180, gear: 120, centre: [-0.07, -0.12],  turn: 0.52,  half: 0.133 },
  "front-shin":  { at: [-0.14, -0.24], range: [-1.2, 0.87],    damping: 3,   stiffness: 120, gear: 60,  centre: [0.065, -0.09],  turn: -0.6,  half: 0.106 },
  "front-foot":  { at: [0.13, -0.18],  range: [-0.5, 0.5],     damping: 1.5, stiffness: 60,  gear: 30,  centre: [0.045, -0.07],  turn: -0.6,  half: 0.07 },
};

const RADIUS = 0.046;
const capsule = ([x, z]: readonly [number, number], turn: number, half: number) =>
  `<geom type="capsule" pos="${x} 0 ${z}" euler="0 ${turn} 0" size="${RADIUS} ${half}"/>`;

/** A chain of limbs, the first holding the rest. */
const chain = ([name, ...rest]: readonly JointName[]): string => {
  if (!name) return "";
  const { at, range, damping, stiffness, centre, turn, half } = limbs[name];
  return (
    `<body name="${name}" pos="${at[0]} 0 ${at[1]}">` +
    `<joint name="${name}" range="${range.join(" ")}" damping="${damping}" stiffness="${stiffness}" armature="0.1"/>` +
    `${capsule(centre, turn, half)}${chain(rest)}</body>`
  );
};
const leg = (side: "back" | "front") => chain(CHEETAH_JOINTS.filter((name) => name.startsWith(side)));

/** Joints: `x`, `z`, `pitch`, then CHEETAH_JOINTS; bodies: `torso` and one a limb; nothing but the floor is ever touched. */
export const cheetahMjcf = `<mujoco model="half-cheetah">
<compiler angle="radian" autolimits="true" inertiafromgeom="true" settotalmass="14"/>
<option timestep="0.01"><flag autoreset="disable"/></option>
<size memory="2M"/>
<default>
  <joint type="hinge" axis="0 1 0" solreflimit="0.02 1" solimplimit="0 0.8 0.03"/>
  <geom contype="1" conaffinity="0" condim="3" friction="0.4 0.1 0.1" solref="0.02 1" solimp="0 0.8 0.01"/>
</default>
<worldbody>
  <geom name="floor" type="plane" size="40 40 40" conaffinity="1"/>
  <body name="torso" pos="0 0 0.7">
    <joint name="x" type="slide" axis="1 0 0"/><joint name="z" type="slide" axis="0 0 1"/><joint name="pitch"/>
    ${capsule([0, 0], Math.PI / 2, 0.5)}${capsule([0.6, 0.1], 0.87, 0.15)}
    ${leg("back")}${leg("front")}
  </body>
</worldbody>
<actuator>${CHEETAH_JOINTS.map((name) => `<motor name="${name}" joint="${name}" gear="${limbs[name].gear}" ctrlrange="-1 1"/>`).join("")}</actuator>
</mujoco>`;
