import { Color, CylinderGeometry, InstancedMesh, Matrix4, MeshBasicMaterial, Quaternion, Vector3 } from "three";

/** The tip's path of the last seconds; how long it lasts, s, and how many pieces of it are kept. */
const lasting = 5;
const most = 240;
/** Two samples that lie farther apart in time, s, or that only a faster arm, m/s, could have joined, are no path but two samples. */
const gap = 1;
const fastest = 1;
/** The shortest piece worth drawing, m. */
const least = 0.001;
const radius = 0.004;
const up = new Vector3(0, 1, 0);

/** A line that thins and pales with its age. @param {Color} young @param {Color} ground what it pales into */
export function trail(young, ground) {
  const shape = new CylinderGeometry(radius, radius, 1, 8, 1, true);
  const mesh = new InstancedMesh(shape, new MeshBasicMaterial({ toneMapped: false }), most);
  mesh.frustumCulled = false;
  mesh.count = 0;
  /** @type {{ at: number, tip: Vector3 }[]} */
  let points = [];
  let heard = 0;
  const [place, turn, size, way, ink] = [new Matrix4(), new Quaternion(), new Vector3(), new Vector3(), new Color()];

  return {
    mesh,
    /** Adds where the tip is at a moment, s, and forgets what is old. True where the line is another than before. @param {Vector3} tip @param {number} at */
    add(tip, at) {
      const had = points.length;
      const last = points.at(-1);
      const since = at - heard;
      heard = at;
      // It may have crept on by less than a piece before it was heard of again.
      if (last && !(since >= 0 && since < gap && last.tip.distanceTo(tip) <= 2 * least + fastest * since)) points = [];
      points = points.filter((point) => at - point.at < lasting);
      if (points.length === 0 || (points.at(-1)?.tip.distanceTo(tip) ?? 0) > least) points.push({ at, tip: tip.clone() });
      points = points.slice(-most);
      if (had <= 1 && points.length <= 1) return false;
      mesh.count = Math.max(0, points.length - 1);
      for (let i = 0; i < mesh.count; i++) {
        const [from, to] = [points[i], points[i + 1]];
        const youth = 1 - (at - to.at) / lasting;
        way.subVectors(to.tip, from.tip);
        size.set(0.3 + 0.7 * youth, way.length(), 0.3 + 0.7 * youth);
        turn.setFromUnitVectors(up, way.normalize());
        mesh.setMatrixAt(i, place.compose(size.clone().lerpVectors(from.tip, to.tip, 0.5), turn, size));
        mesh.setColorAt(i, ink.copy(ground).lerp(young, youth ** 0.7));
      }
      mesh.instanceMatrix.needsUpdate = true;
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
      return true;
    },
    /** No path: true where there was one. */
    forget() {
      const had = mesh.count > 0;
      points = [];
      mesh.count = 0;
      return had;
    },
  };
}
