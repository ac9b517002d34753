import {
  Box3,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  NotEqualStencilFunc,
  ReplaceStencilOp,
  Sphere,
  SphereGeometry,
  Vector3,
} from "three";
import { body, robot } from "./robot3d.js";
import { trail } from "./trail3d.js";

/** A command this near to where the arm is, rad or m, is no ghost worth seeing. */
const apart = 0.004;

/** @param {number[]} a @param {number[]} b */
const far = (a, b) => a.some((q, i) => Math.abs(q - b[i]) > apart);

/**
 * The arm as it is, solid; where the command leads, translucent; and the way the tip came.
 * @param {import("./robot3d.js").Description & { poses: Record<string, number[]> }} description @param {import("./palette3d.js").Palette} palette
 */
export function figures(description, { colours, dye }) {
  const shapes = body(description);
  const cloth = {
    limb: dye("limb", new MeshStandardMaterial({ roughness: 0.55, metalness: 0.05 })),
    hand: dye("hand", new MeshStandardMaterial({ roughness: 0.5, metalness: 0.1 })),
    base: dye("base", new MeshStandardMaterial({ roughness: 0.5, metalness: 0.1 })),
    seam: dye("seam", new MeshStandardMaterial({ roughness: 0.6 })),
    stand: dye("stand", new MeshStandardMaterial({ roughness: 0.8 })),
    aside: dye("aside", new MeshStandardMaterial({ roughness: 0.6, transparent: true, opacity: 0.1, depthWrite: false })),
  };
  // The arm that is keeps its colours: of the ghost only what sticks out beyond it is seen.
  for (const one of [cloth.limb, cloth.hand, cloth.base, cloth.seam])
    Object.assign(one, { stencilWrite: true, stencilRef: 1, stencilZPass: ReplaceStencilOp });
  const beyond = { stencilWrite: true, stencilRef: 1, stencilFunc: NotEqualStencilFunc };
  const arm = robot(description, shapes, (kind) => cloth[/** @type {keyof typeof cloth} */ (kind)]);
  arm.root.traverse((part) => {
    if (part instanceof Mesh && part.material !== cloth.aside) part.castShadow = part.receiveShadow = true;
  });
  // What lies behind the ghost's nearest surface is not drawn: its parts would shine through one another.
  const veil = new MeshBasicMaterial({ colorWrite: false, ...beyond });
  const gauze = dye("ghost", new MeshBasicMaterial({ transparent: true, opacity: 0.45, depthWrite: false, ...beyond }));
  const ghosts = [veil, gauze].map((material, i) => {
    const one = robot(description, shapes, (kind) => (kind === "limb" || kind === "hand" ? material : undefined));
    one.root.traverse((part) => (part.renderOrder = 1 + i));
    return one;
  });
  const ghost = new Group().add(...ghosts.map(({ root }) => root));
  const dot = new Mesh(new SphereGeometry(0.009, 24, 16), dye("path", new MeshBasicMaterial()));
  const path = trail(colours.path, colours.pale);
  arm.root.visible = ghost.visible = dot.visible = false;

  /** Joints that can be shown: all of them, and numbers. @param {number[] | undefined} q @returns {number[] | undefined} */
  const complete = (q) => (q && q.length === description.commanded.length && q.every(Number.isFinite) ? q : undefined);

  return {
    root: new Group().add(arm.root, ghost, path.mesh, dot),
    /** Where the arm's own parts are in one of its named poses, m: what a picture has to hold. */
    extent() {
      arm.pose(description.poses["neutral"] ?? description.commanded.map(() => 0));
      const box = new Box3();
      arm.root.traverse((part) => {
        if (part instanceof Mesh && part.material !== cloth.aside && part.material !== cloth.stand) box.expandByObject(part);
      });
      return box;
    },
    /**
     * Shows joints that were measured and that are commanded, rad, at a moment, s.
     * @param {number[] | undefined} measured @param {number[] | undefined} commanded @param {number} at
     */
    show(measured, commanded, at) {
      const [position, aim] = [complete(measured), complete(commanded)];
      arm.root.visible = dot.visible = position !== undefined;
      ghost.visible = position !== undefined && aim !== undefined && far(aim, position);
      if (aim && ghost.visible) for (const { pose } of ghosts) pose(aim);
      if (!position) return { tip: undefined, moved: path.forget(), said: "" };
      arm.pose(position);
      const tip = arm.tip();
      dot.position.copy(tip);
      return { tip, moved: path.add(tip, at), said: JSON.stringify([position, ghost.visible && aim]) };
    },
    get ghost() {
      return ghost.visible;
    },
  };
}

/** What has to be in sight: the arm, and where its tip may be, which is where things happen and nearer to the middle. @param {Box3} arm @param {any} limits */
export function wholeOf(arm, limits) {
  if (!limits) return arm.isEmpty() ? new Sphere(new Vector3(), 1) : arm.getBoundingSphere(new Sphere());
  const { min, max } = limits.workspace;
  const room = new Box3(new Vector3().fromArray(min), new Vector3().fromArray(max));
  const whole = arm.union(room).getBoundingSphere(new Sphere());
  whole.center.lerp(room.getCenter(new Vector3()), 0.5);
  return whole;
}
