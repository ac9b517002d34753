import {
  BoxGeometry,
  CapsuleGeometry,
  CatmullRomCurve3,
  Euler,
  LatheGeometry,
  Matrix4,
  Quaternion,
  SphereGeometry,
  TubeGeometry,
  Vector2,
  Vector3,
} from "three";

/**
 * Geometry of links, in the link's own frame.
 * @typedef {{ xyz: number[], rpy: number[] }} Pose
 * @typedef {{ pose: Pose, shape: string, radius?: number, length?: number, size?: number[] }} Primitive
 */

const round = 40;

/** A cylinder along y whose rims are broken, as those of a thing that was machined are. @param {number} radius @param {number} length */
function cylinder(radius, length) {
  const [edge, half] = [Math.min(0.008, 0.25 * radius, 0.25 * length), length / 2];
  const rim = [0, 1, 2, 3, 4].map((i) => {
    const a = ((i / 4) * Math.PI) / 2;
    return new Vector2(radius - edge + edge * Math.sin(a), half - edge + edge * Math.cos(a));
  });
  const profile = [new Vector2(0, half), ...rim, ...rim.map(({ x, y }) => new Vector2(x, -y)).reverse(), new Vector2(0, -half)];
  // A lathe wants its outline from below.
  return new LatheGeometry(profile.reverse(), round);
}

/** @param {Primitive} primitive */
function made({ shape, radius = 0, length = 0, size = [0, 0, 0] }) {
  if (shape === "box") return new BoxGeometry(size[0], size[1], size[2]);
  if (shape === "sphere") return new SphereGeometry(radius, round, round / 2);
  const along = shape === "capsule" ? new CapsuleGeometry(radius, length, 12, round) : cylinder(radius, length);
  // three's cylinders stand along y, ours along z.
  return along.rotateX(Math.PI / 2);
}

/** One primitive where its link has it. @param {Primitive} primitive */
export function solid(primitive) {
  const { xyz, rpy } = primitive.pose;
  const turn = new Quaternion().setFromEuler(new Euler(rpy[0], rpy[1], rpy[2], "ZYX"));
  return made(primitive).applyMatrix4(new Matrix4().compose(new Vector3().fromArray(xyz), turn, new Vector3(1, 1, 1)));
}

/** Of a limb that a description gives no shape, m: a bone. */
const bone = 0.012;
/** Radius of a link's limb, m: a little slimmer than the slimmest of its round shapes, or a bone. @param {Primitive[]} shapes */
function slim(shapes) {
  const radii = shapes.flatMap(({ radius }) => (radius ? [radius] : []));
  return radii.length > 0 ? 0.9 * Math.min(...radii) : bone;
}

/**
 * What a description of collisions leaves out: the limb from a link's own frame through the middles of its shapes to where the next joint sits.
 * @param {Primitive[]} shapes @param {number[]} next
 */
export function limb(shapes, next) {
  const middles = shapes.map(({ pose }) => new Vector3().fromArray(pose.xyz));
  const end = new Vector3().fromArray(next);
  const points = [new Vector3(), ...middles.sort((a, b) => a.length() - b.length()), end].filter(
    (point, i, all) => i === 0 || point.distanceTo(all[i - 1]) > 0.01,
  );
  const radius = slim(shapes);
  if (points.length < 2) return [];
  const tube = new TubeGeometry(new CatmullRomCurve3(points, false, "centripetal"), 40, radius, round / 2);
  return [tube, ...[points[0], end].map((at) => new SphereGeometry(radius, round, round / 2).translate(at.x, at.y, at.z))];
}

/** A band about a joint's axis where two links meet. @param {Primitive[]} shapes @param {number[]} axis */
export function seam(shapes, axis) {
  const turn = new Quaternion().setFromUnitVectors(new Vector3(0, 1, 0), new Vector3().fromArray(axis).normalize());
  return cylinder(1.04 * slim(shapes), 0.016).applyQuaternion(turn);
}
