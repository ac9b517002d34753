import type {
  Metres,
  MetresPerSec,
  NewtonMetres,
  Newtons,
  Rad,
  RadPerSec,
  RadPerSec2,
  RadPerSec3,
  Seconds,
  Vec3,
} from "./units.ts";

/** What the arm measured, joints in the order of its ArmDescription (and of the limits file). `at`: monotonic stamp of the measurement. */
export interface ArmState {
  readonly at: Seconds;
  readonly position: readonly Rad[];
  readonly velocity: readonly RadPerSec[];
  readonly effort: readonly NewtonMetres[];
  /** Force N and torque N m of the world on the tip, in base; absent where the arm measures none. */
  readonly wrench?: readonly [fx: number, fy: number, fz: number, tx: number, ty: number, tz: number];
  /** The arm's own collision detection; absent where it has none. */
  readonly collision?: boolean;
  /** The tip in base as the arm itself computes it; absent where it does not. */
  readonly tip?: Vec3;
  /** When the arm took the command it follows now, on this clock; absent where it does not say. An old one: commands do not get through. */
  readonly heard?: Seconds;
}

/** What the arm says of itself; the words and their meaning follow Intera's RobotAssemblyState. */
export interface ArmStatus {
  readonly at: Seconds;
  readonly homed: boolean;
  readonly ready: boolean;
  readonly enabled: boolean;
  readonly stopped: boolean;
  readonly error: boolean;
  readonly estopButton: "unpressed" | "pressed" | "unknown" | "released";
  readonly estopSource: "none" | "user" | "unknown" | "fault" | "engine";
  /** A hand squeezes the cuff and guides the arm; absent where there is none. */
  readonly cuff?: boolean;
}

/** One set-point. `value`: rad for "position", rad/s for "velocity". `period`: how long it is meant to hold. */
export interface JointCommand {
  readonly kind: "position" | "velocity";
  readonly value: readonly number[];
  readonly period: Seconds;
}

/** A command that left. `acceleration`: the change of velocity it made, rad/s2 per joint, for the jerk of the next; absent: jerk is not judged. */
export interface SentCommand extends JointCommand {
  readonly acceleration?: readonly number[];
}

export type StopReason =
  | "shape"
  | "not-finite"
  | "limits"
  | "period"
  | "state.stale"
  | "state.future"
  | "joint.envelope"
  | "joint.speed"
  | "effort"
  | "wrench"
  | "collision"
  | "tracking"
  | "clearance"
  | "tip.speed"
  | "workspace";

/** A command reaches a motor only out of a matched `pass` or `clamp`. `joints`: indices that were changed; `reason`: which rule changed them. */
export type Verdict =
  | { readonly kind: "pass"; readonly command: JointCommand }
  | { readonly kind: "clamp"; readonly command: JointCommand; readonly joints: readonly number[]; readonly reason: string }
  | { readonly kind: "stop"; readonly reason: StopReason };

export interface JointLimits {
  readonly name: string;
  readonly lower: Rad;
  readonly upper: Rad;
  readonly speed: RadPerSec;
  readonly acceleration: RadPerSec2;
  readonly jerk: RadPerSec3;
  readonly effort: NewtonMetres;
}

/** A box of base that no link may enter. */
export interface KeepOut {
  readonly name: string;
  readonly min: Vec3;
  readonly max: Vec3;
}

/** What one session may spend on exploring; whatever runs out first ends it. */
export interface ExplorationBudget {
  /** Times the tip began to be pushed on by more than a tenth of the wrench limit. */
  readonly contacts: number;
  readonly clamps: number;
  /** Way of the tip, m. */
  readonly metres: number;
  readonly minutes: number;
  /** Share of an episode's commands that may be clamped before the episode ends, in (0, 1]. */
  readonly clampShare: number;
}

/** The lab's limits: every one is required, none has a default. `margin` keeps joints that far inside lower and upper. */
export interface Limits {
  readonly joints: readonly JointLimits[];
  readonly margin: Rad;
  readonly tipSpeed: MetresPerSec;
  readonly workspace: { readonly min: Vec3; readonly max: Vec3 };
  readonly maxStateAge: Seconds;
  readonly maxPeriod: Seconds;
  /** Between where a joint was sent and where it is. */
  readonly trackingError: Rad;
  readonly wrench: { readonly force: Newtons; readonly torque: NewtonMetres };
  /** Kept free between any two links that are no neighbours, and between links and what must not be touched. */
  readonly clearance: Metres;
  readonly keepOut: readonly KeepOut[];
  readonly exploration: ExplorationBudget;
}

/** A rigid transform of child in parent: translation m, rotation as URDF fixed-axis rpy (R = Rz Ry Rx), rad. */
export interface Pose {
  readonly xyz: Vec3;
  readonly rpy: Vec3;
}

/** Primitive geometry in its link's frame. Cylinder and capsule axes are the pose's z; `length` m excludes capsule caps; boxes by full extents. */
export type Primitive = { readonly pose: Pose; readonly collides: boolean } & (
  | { readonly shape: "sphere"; readonly radius: Metres }
  | { readonly shape: "capsule" | "cylinder"; readonly radius: Metres; readonly length: Metres }
  | { readonly shape: "box"; readonly size: Vec3 }
);

export interface Inertial {
  readonly mass: number;
  readonly com: Vec3;
  /** kg m2 about the centre of mass: xx, yy, zz, xy, xz, yz. */
  readonly inertia: readonly [number, number, number, number, number, number];
}

export interface Link {
  readonly name: string;
  readonly inertial?: Inertial;
  readonly geometry: readonly Primitive[];
}

/** One joint of the tree: `child` moves about (revolute) or along (prismatic) `axis` of its own frame, which sits at `origin` in `parent`. */
export interface Joint {
  readonly name: string;
  readonly kind: "revolute" | "prismatic" | "fixed";
  readonly parent: string;
  readonly child: string;
  readonly origin: Pose;
  readonly axis: Vec3;
  readonly lower: number;
  readonly upper: number;
  readonly speed: number;
  readonly effort: number;
}

/**
 * Everything that is true of one arm, built from a facts table: the only source for kinematics, physics, safety and the page.
 * `commanded` names the joints a JointCommand speaks of, in order; other joints (head, fingers) stay in `joints` but take no JointCommand.
 * `tip` is the link whose origin is the tool centre point.
 */
export interface ArmDescription {
  readonly name: string;
  readonly base: string;
  readonly tip: string;
  readonly links: readonly Link[];
  readonly joints: readonly Joint[];
  readonly commanded: readonly string[];
  readonly poses: Readonly<Record<string, readonly Rad[]>>;
}
