import { Group, Mesh, Quaternion, Vector3 } from "three";
import { limb, seam, solid } from "./shapes3d.js";

/**
 * The arm as a tree of Object3D, in base, m, z up: one frame for each joint, turned by its position. The same kinematics as the run's own.
 * @typedef {{ name: string, kind: "revolute" | "prismatic" | "fixed", parent: string, child: string, origin: import("./shapes3d.js").Pose, axis: number[] }} Joint
 * @typedef {{ name: string, geometry: import("./shapes3d.js").Primitive[] }} Link
 * @typedef {{ base: string, tip: string, links: Link[], joints: Joint[], commanded: string[] }} Description
 */

/** Joints from base to tip, base first. @param {Description} description */
function way({ base, tip, joints }) {
  /** @type {Joint[]} */
  const found = [];
  for (let link = tip; link !== base;) {
    const joint = joints.find(({ child }) => child === link);
    if (!joint) break;
    found.unshift(joint);
    link = joint.parent;
  }
  return found;
}

/**
 * Shapes of each link, made once, worn by the arm and by its ghost; and what kind it is: "limb" and "hand" move toward the tip, "base" carries them, "stand" is
 * the rest that stands still, and "aside" turns but leads nowhere (a head), so that it may be drawn without hiding the arm.
 * @param {Description} description
 */
export function body(description) {
  const chain = way(description);
  const still = new Set([description.base]);
  for (const { kind, parent, child } of description.joints) if (kind === "fixed" && still.has(parent)) still.add(child);
  // Fingers are on no way to the tip, and belong to the hand all the same.
  const arm = new Set(chain.map(({ child }) => child));
  for (const { kind, parent, child } of description.joints)
    if (kind !== "revolute" && arm.has(parent) && !still.has(parent)) arm.add(child);
  /** @param {string} name @param {boolean} turns */
  const kindOf = (name, turns) =>
    still.has(name) ? (arm.has(name) ? "base" : "stand") : !arm.has(name) ? "aside" : turns ? "limb" : "hand";
  return description.links.flatMap((link) => {
    const joint = chain.find(({ child, kind }) => child === link.name && kind === "revolute");
    const next = chain.find(({ parent }) => parent === link.name);
    /** @type {import("three").BufferGeometry[]} */
    const parts = link.geometry.map(solid);
    if (joint && next) parts.push(...limb(link.geometry, next.origin.xyz));
    const kind = kindOf(link.name, joint !== undefined);
    const seams = joint ? [{ link: link.name, kind: "seam", parts: [seam(link.geometry, joint.axis)] }] : [];
    return [{ link: link.name, kind, parts }, ...seams];
  });
}

/**
 * One arm to be posed. `dress` gives the material of a kind of link; nothing for links that are left out.
 * @param {Description} description @param {ReturnType<typeof body>} shapes
 * @param {(kind: string) => import("three").Material | undefined} dress
 */
export function robot(description, shapes, dress) {
  const root = new Group();
  /** @type {Map<string, import("three").Object3D>} */
  const frames = new Map([[description.base, root]]);
  /** @type {Map<string, { frame: import("three").Object3D, joint: Joint, axis: Vector3 }>} */
  const movers = new Map();
  let waiting = description.joints;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ parent }) => frames.has(parent));
    if (ready.length === 0) break;
    for (const joint of ready) {
      const origin = new Group();
      origin.position.fromArray(joint.origin.xyz);
      // URDF's fixed axes: R = Rz Ry Rx.
      origin.rotation.set(joint.origin.rpy[0], joint.origin.rpy[1], joint.origin.rpy[2], "ZYX");
      const frame = new Group();
      frames.get(joint.parent)?.add(origin.add(frame));
      frames.set(joint.child, frame);
      if (joint.kind !== "fixed") movers.set(joint.name, { frame, joint, axis: new Vector3().fromArray(joint.axis).normalize() });
    }
    waiting = waiting.filter((joint) => !ready.includes(joint));
  }
  for (const { link, kind, parts } of shapes) {
    const material = dress(kind);
    if (material) for (const part of parts) frames.get(link)?.add(new Mesh(part, material));
  }

  const turn = new Quaternion();
  return {
    root,
    /** Poses the commanded joints, rad or m in the order of `commanded`. @param {number[]} position */
    pose(position) {
      description.commanded.forEach((name, i) => {
        const mover = movers.get(name);
        const q = position[i];
        if (!mover || q === undefined) return;
        if (mover.joint.kind === "prismatic") mover.frame.position.copy(mover.axis).multiplyScalar(q);
        else mover.frame.quaternion.copy(turn.setFromAxisAngle(mover.axis, q));
      });
      root.updateMatrixWorld(true);
    },
    /** Where the tip is, m in base. */
    tip: () => new Vector3().setFromMatrixPosition((frames.get(description.tip) ?? root).matrixWorld),
  };
}
