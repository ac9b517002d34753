/**
 * What is true of a Rethink Sawyer with the electric parallel gripper: numbers only, each group with its source. SI units.
 *
 * [urdf]    RethinkRobotics/sawyer_robot d1ef3d0, sawyer_description/urdf/sawyer_base.urdf.xacro (Apache-2.0): the nominal arm.
 *           A robot publishes its own calibrated origins at boot; they differ by up to 6 mm at the tip.
 * [gripper] RethinkRobotics/intera_common a298fec, intera_tools_description/urdf/electric_gripper (Apache-2.0).
 * [intera]  parameter named_poses/right/poses of the same vendor's packages.
 */
type Row3 = readonly [number, number, number];
type Row6 = readonly [number, number, number, number, number, number];

const H = Math.PI / 2;

/** [urdf] Revolute joints: parent, child, origin xyz, origin rpy, lower, upper, speed rad/s, effort N m. Every axis is the joint's own +z. */
export const revolute: Readonly<
  Record<
    string,
    readonly [parent: string, child: string, xyz: Row3, rpy: Row3, lower: number, upper: number, speed: number, effort: number]
  >
> = {
  right_j0: ["right_arm_base_link", "right_l0", [0, 0, 0.08], [0, 0, 0], -3.0503, 3.0503, 1.74, 80],
  head_pan: ["right_l0", "head", [0, 0, 0.2965], [0, 0, 0], -5.0952, 0.9064, 1.8, 8],
  right_j1: ["right_l0", "right_l1", [0.081, 0.05, 0.237], [-H, H, 0], -3.8095, 2.2736, 1.328, 80],
  right_j2: ["right_l1", "right_l2", [0, -0.14, 0.1425], [H, 0, 0], -3.0426, 3.0426, 1.957, 40],
  right_j3: ["right_l2", "right_l3", [0, -0.042, 0.26], [-H, 0, 0], -3.0439, 3.0439, 1.957, 40],
  right_j4: ["right_l3", "right_l4", [0, -0.125, -0.1265], [H, 0, 0], -2.9761, 2.9761, 3.485, 9],
  right_j5: ["right_l4", "right_l5", [0, 0.031, 0.275], [-H, 0, 0], -2.9761, 2.9761, 3.485, 9],
  // The vendor writes 3.1416, not pi, and so do we: the published pose is the one to agree with.
  right_j6: ["right_l5", "right_l6", [0, -0.11, 0.1053], [-H, -0.17453, 3.1416], -4.7124, 4.7124, 4.545, 9],
};

/** The joints a JointCommand speaks of, in order. */
export const commanded = ["right_j0", "right_j1", "right_j2", "right_j3", "right_j4", "right_j5", "right_j6"] as const;

/** [urdf] Fixed joints: parent, child, xyz, rpy. The tip is [gripper] right_hand -> end of the 75 mm finger. */
export const fixed: Readonly<Record<string, readonly [parent: string, child: string, xyz: Row3, rpy: Row3]>> = {
  pedestal_fixed: ["base", "pedestal", [0, 0, 0], [0, 0, 0]],
  right_arm_mount: ["base", "right_arm_base_link", [0, 0, 0], [0, 0, 0]],
  right_hand: ["right_l6", "right_hand", [0, 0, 0.0245], [0, 0, H]],
  right_gripper_base: ["right_hand", "right_gripper_base", [0, 0, -0.005], [0, 0, 0]],
  right_gripper_tip: ["right_hand", "right_gripper_tip", [0, 0, 0.13562], [0, 0, 0]],
};

/**
 * [gripper] Standard narrow finger in slot 2 with the basic soft pad, m. `slot`: the finger's frame lies this far *across* the centre line;
 * from there the finger's middle is `width` out and the pad's middle `pad` out. Clear gap when closed: 2 (pad - padSize.y / 2 - slot) = 15.5 mm.
 */
export const finger = {
  slot: 0.0015,
  length: 0.075,
  width: 0.01725,
  size: [0.01, 0.0135, 0.075],
  pad: 0.01275,
  padSize: [0.016, 0.007, 0.037],
  travel: 0.020833,
  speed: 5,
  effort: 20,
  mass: 0.03,
} as const;

/** [gripper] Mass and centre of mass of the whole end effector in right_hand (kg, m); the fingers' share is taken off in the builder. */
export const endEffector = {
  mass: 0.47,
  com: [0.0028, -0.0004, 0.0343],
  radius: 0.029,
  plateRadius: 0.04,
  plateLength: 0.0194,
} as const;

/** [urdf] Mass kg; centre of mass m; inertia about it kg m2: xx yy zz xy xz yz. */
export const inertial: Readonly<Record<string, readonly [mass: number, com: Row3, inertia: Row6]>> = {
  pedestal: [60.86397744, [0, 0, -0.5], [5.0635929, 6.08689388, 4.96191932, 0.00103417, 0.80199628, 0.00105311]],
  right_arm_base_link: [
    2.0687,
    [-0.0006241, -2.8025e-5, 0.065404],
    [0.0067599, 0.0067877, 0.0074031, -4.2024e-5, -6.1904e-7, 1.5888e-5],
  ],
  right_l0: [5.3213, [0.024366, 0.010969, 0.14363], [0.053314, 0.057902, 0.023659, 0.0047093, 0.011734, 0.0080179]],
  head: [1.5795, [0.0053207, -2.6549e-5, 0.1021], [0.011833, 0.0082709, 0.0049661, -4.4669e-6, 4.9425e-5, 4.2124e-7]],
  right_l1: [4.505, [-0.0030849, -0.026811, 0.092521], [0.022398, 0.014613, 0.017295, -0.00023986, -0.00029362, -0.0060875]],
  right_l2: [1.745, [-0.00016044, -0.014967, 0.13582], [0.025506, 0.0253, 0.0034179, 4.4101e-6, 1.4955e-5, -0.0033204]],
  right_l3: [2.5097, [-0.0048135, -0.0281, -0.084154], [0.01016, 0.0065685, 0.0069078, -9.7452e-6, 0.00026624, 0.0030316]],
  right_l4: [1.1136, [-0.0018844, 0.0069001, 0.1341], [0.013557, 0.013555, 0.0013658, 1.8109e-5, 0.00013523, 0.0010561]],
  right_l5: [1.5625, [0.0061133, -0.023697, 0.076416], [0.0047328, 0.0029676, 0.0031762, 0.00011526, 4.6269e-5, -0.0011557]],
  right_l6: [
    0.3292,
    [-8.0726e-6, 0.0085838, -0.0049566],
    [0.00031105, 0.00021549, 0.00035976, 1.4771e-6, -3.7074e-7, -8.4533e-6],
  ],
};

/**
 * [urdf] Collision primitives, each in its link's frame: shape, position, size (sphere: radius; cylinder: radius, length along z; box: full extents).
 * The URDF's zero-mass helper links (right_l1_2, right_l2_2, right_l4_2, controller_box, pedestal_feet) are folded into the links that carry them.
 */
export type Shape =
  readonly ["sphere", Row3, number] | readonly ["cylinder", Row3, number, number] | readonly ["box", Row3, Row3];
export const geometry: Readonly<Record<string, readonly Shape[]>> = {
  pedestal: [
    ["cylinder", [-0.02, 0, -0.29], 0.18, 0.62],
    ["box", [-0.325, 0, -0.38], [0.22, 0.4, 0.53]],
    ["box", [-0.1225, 0, -0.758], [0.77, 0.7, 0.31]],
  ],
  right_arm_base_link: [["cylinder", [0, 0, 0.12], 0.08, 0.24]],
  right_l0: [["sphere", [0.08, 0, 0.23], 0.07]],
  head: [["sphere", [0, 0, 0.08], 0.18]],
  right_l1: [
    ["sphere", [0, 0, 0.1225], 0.07],
    ["cylinder", [0, 0, 0.035], 0.07, 0.14],
  ],
  right_l2: [
    ["cylinder", [0, 0, 0.08], 0.06, 0.34],
    ["sphere", [0, 0, 0.26], 0.06],
  ],
  right_l3: [["sphere", [0, -0.01, -0.12], 0.06]],
  right_l4: [
    ["cylinder", [0, 0, 0.11], 0.045, 0.3],
    ["sphere", [0, 0.01, 0.26], 0.06],
  ],
  right_l5: [["sphere", [0, 0, 0.1], 0.06]],
  right_l6: [["cylinder", [0, 0.015, -0.01], 0.055, 0.05]],
  right_hand: [["cylinder", [0, 0, 0.02], 0.035, 0.03]],
};

/** [intera] Named poses of the seven arm joints, rad. */
export const poses = {
  neutral: [0, -1.18, 0, 2.18, 0, 0.57, 3.3161],
  shipping: [0, -1.57, 0, 2.79, 0, -2.79, 3.3161],
} as const;
