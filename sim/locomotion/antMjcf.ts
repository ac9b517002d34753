import { ANT_JOINTS } from "../../src/tasks/ant.ts";

/**
 * The ant of Schulman et al. (2016) as MJCF, from the numbers of the benchmark that everybody compares on: a sphere of 0.25 m radius with
 * four legs, each a hip that turns about the vertical and an ankle that lifts, 150 N m a motor at an action of 1.
 */
const DEGREE = Math.PI / 180;
const [RADIUS, SEGMENT, SHANK] = [0.08, 0.2, 0.4];

/** The diagonal that each leg points along, counter-clockwise from +x +y, and on which side of it the ankle's range lies. */
const legs = [
  { side: [1, 1], ankle: [-1, 1], range: [30, 70] },
  { side: [-1, 1], ankle: [1, 1], range: [-70, -30] },
  { side: [-1, -1], ankle: [-1, 1], range: [-70, -30] },
  { side: [1, -1], ankle: [1, 1], range: [30, 70] },
] as const;

const capsule = ([x, y]: readonly [number, number], length: number) =>
  `<geom type="capsule" fromto="0 0 0 ${x * length} ${y * length} 0" size="${RADIUS}"/>`;

const leg = ({ side, ankle, range }: (typeof legs)[number], i: number) => {
  const [hip, foot] = [ANT_JOINTS[2 * i]!, ANT_JOINTS[2 * i + 1]!];
  const place = `${side[0] * SEGMENT} ${side[1] * SEGMENT} 0`;
  return `<body>${capsule(side, SEGMENT)}
    <body name="${hip}" pos="${place}"><joint name="${hip}" axis="0 0 1" range="${-30 * DEGREE} ${30 * DEGREE}"/>${capsule(side, SEGMENT)}
      <body name="${foot}" pos="${place}"><joint name="${foot}" axis="${ankle.join(" ")} 0" range="${range[0] * DEGREE} ${range[1] * DEGREE}"/>${capsule(side, SHANK)}</body>
    </body></body>`;
};

/** Where an ant starts, (15) in the order of qpos: ankles bent by 1 rad, high enough that no noise puts a foot into the floor. */
export const ANT_STANCE = [0, 0, 0.75, 1, 0, 0, 0, 0, 1, 0, -1, 0, -1, 0, 1] as const;

/** Joints: the free joint `root`, then ANT_JOINTS; body `torso`; nothing but the floor is ever touched. */
export const antMjcf = `<mujoco model="ant">
<compiler angle="radian" autolimits="true" inertiafromgeom="true"/>
<option timestep="0.01" integrator="RK4"><flag autoreset="disable"/></option>
<size memory="2M"/>
<default>
  <joint armature="1" damping="1"/>
  <geom contype="1" conaffinity="0" condim="3" density="5" friction="1 0.5 0.5" margin="0.01"/>
</default>
<worldbody>
  <geom name="floor" type="plane" size="40 40 40" conaffinity="1"/>
  <body name="torso" pos="0 0 0.75">
    <joint name="root" type="free" armature="0" damping="0"/>
    <geom type="sphere" size="0.25"/>
    ${legs.map(leg).join("")}
  </body>
</worldbody>
<actuator>${ANT_JOINTS.map((name) => `<motor name="${name}" joint="${name}" gear="150" ctrlrange="-1 1"/>`).join("")}</actuator>
</mujoco>`;
