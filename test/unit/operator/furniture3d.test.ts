import { expect } from "chai";
import { Box3, Mesh, Raycaster, Vector3, type Group, type LineSegments, type Material } from "three";
import { LIMITS_FILE } from "../../../launch/sawyer.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import type { SceneMark } from "../../../src/operator/protocol.ts";
import { metres, type Vec3 } from "../../../src/domain/units.ts";
import { BLOCK, LOCKER_TRAVEL } from "../../../src/tasks/sawyer.ts";

interface Palette {
  dye(name: string, material: Material): Material;
}
const page = new URL("../../../src/operator/page/furniture3d.js", import.meta.url).href;
const { furniture, boxes, table } = (await import(page)) as {
  furniture(palette: Palette): { readonly root: Group; put(marks: readonly (SceneMark | { kind: string })[]): void };
  boxes(limits: unknown, palette: Palette): Group;
  table(z: number, limits: unknown, palette: Palette): Mesh;
};
const plain: Palette = { dye: (_, material) => material };
const limits = loadLimits(LIMITS_FILE);

const drawer = (opens: Vec3, travel: number): SceneMark => {
  const [position, range] = [[0.6, 0.2, -0.05] as Vec3, metres(0.12)];
  return { kind: "drawer", position, opens, travel: metres(travel), range };
};
const extent = (root: Group) => {
  root.updateMatrixWorld(true);
  const box = new Box3();
  root.traverseVisible((part) => part instanceof Mesh && box.expandByObject(part));
  return { min: box.min.toArray(), max: box.max.toArray() };
};
const expectExtent = ({ min, max }: ReturnType<typeof extent>, low: readonly number[], high: readonly number[]) =>
  [...min, ...max].forEach((x, i) => expect(x).to.be.closeTo([...low, ...high][i]!, 1e-6));
const shown = (marks: readonly (SceneMark | { kind: string })[]) => {
  const made = furniture(plain);
  made.put(marks);
  return extent(made.root);
};

describe("the furniture in the page's picture", () => {
  it("has the drawer's cabinet behind its front, and its handle as far out as it is open", () => {
    for (const travel of [0, 0.05, 0.12])
      for (const [opens, axis, sign] of [
        [[0, -1, 0], 1, -1],
        [[0, 1, 0], 1, 1],
        [[-1, 0, 0], 0, -1],
      ] as const) {
        const { min, max } = shown([drawer(opens as Vec3, travel)]);
        const at = [0.6, 0.2][axis]!;
        // The handle's rod stands 55 mm before the front, and is 6 mm thick about its middle.
        const [out, back] = sign > 0 ? [max[axis]!, min[axis]!] : [min[axis]!, max[axis]!];
        expect(out).to.be.closeTo(at + sign * (travel + 0.055 + 0.006), 1e-3);
        expect(back).to.be.closeTo(at - sign * 0.2, 1e-3);
        expect([min[2], max[2]]).to.satisfy(
          ([low, high]: number[]) => Math.abs(low! + 0.05) < 1e-6 && Math.abs(high! - 0.02) < 1e-6,
        );
      }
  });

  it("has the button's housing on the table however deep its cap is pressed, and the cap's top where the mark is", () => {
    for (const travel of [0, 0.012]) {
      const position: Vec3 = [0.6, -0.1, 0.01 - travel];
      const { min, max } = shown([{ kind: "button", position, travel: metres(travel), range: metres(0.012) }]);
      expect(min[2]).to.be.closeTo(-0.05, 1e-6);
      expect(max[2]).to.be.closeTo(0.01 - travel, 1e-6);
    }
  });

  it("has the locker as an open box behind its front, without a handle, as far out as it is", () => {
    for (const travel of [0, 0.05, LOCKER_TRAVEL]) {
      const position: Vec3 = [0.8, -0.17, -0.05];
      const range = metres(LOCKER_TRAVEL);
      const box = (opens: Vec3) => shown([{ kind: "locker", position, opens, travel: metres(travel), range }]);
      expectExtent(box([-1, 0, 0]), [0.8 - travel, -0.23, -0.05], [0.94 - travel, -0.11, -0.02]);
      expectExtent(box([0, 1, 0]), [0.74, -0.31 + travel, -0.05], [0.86, -0.17 + travel, -0.02]);
    }
  });

  it("has a tray about its place on the table, and both are open from above", () => {
    const tray: SceneMark = { kind: "tray", position: [0.46, -0.1, -0.05] };
    expectExtent(shown([tray]), [0.415, -0.145, -0.05], [0.505, -0.055, -0.03]);
    const made = furniture(plain);
    const [position, opens, range] = [[0.8, -0.17, -0.05] as Vec3, [-1, 0, 0] as Vec3, metres(LOCKER_TRAVEL)];
    made.put([tray, { kind: "locker", position, opens, travel: metres(0), range }]);
    made.root.updateMatrixWorld(true);
    for (const [x, y] of [
      [0.46, -0.1],
      [0.87, -0.17],
    ] as const) {
      // prettier-ignore
      const [hit] = new Raycaster(new Vector3(x, y, 1), new Vector3(0, 0, -1)).intersectObject(made.root);
      expect(hit!.point.z).to.be.closeTo(-0.045, 1e-6);
    }
  });

  it("has a block of the size that blocks have about its own middle, so that a carried one is seen carried", () => {
    for (const kind of ["object", "brick"] as const)
      for (const position of [
        [0.46, -0.24, -0.03],
        [0.66, 0, 0.17],
      ] as Vec3[]) {
        // prettier-ignore
        const half = [BLOCK.width / 2, BLOCK.width / 2, BLOCK.height / 2];
        const [low, high] = [-1, 1].map((sign) => position.map((x, i) => x + sign * half[i]!));
        expectExtent(shown([{ kind, position }]), low!, high!);
      }
  });

  it("draws a goal as large as it is", () => {
    const { min, max } = shown([{ kind: "goal", position: [0.5, 0.1, 0.2], radius: metres(0.05) }]);
    [0.5, 0.1, 0.2].forEach((x, i) => {
      expect(min[i]).to.be.closeTo(x - 0.05, 1e-3);
      expect(max[i]).to.be.closeTo(x + 0.05, 1e-3);
    });
  });

  it("uses again what it made: a thousand scenes later there is no more of it", () => {
    const made = furniture(plain);
    const [one, other]: SceneMark[] = [drawer([0, 1, 0], 0), { kind: "goal", position: [0, 0, 0], radius: metres(0.05) }];
    for (let i = 0; i < 1000; i++) made.put([[], [one!], [other!, one!], [other!, other!]][i % 4]!);
    expect(made.root.children.length).to.equal(3);
    made.put([other!]);
    expect(made.root.children.filter(({ visible }) => visible).length).to.equal(1);
  });

  it("leaves out what it does not know", () => {
    const made = furniture(plain);
    made.put([{ kind: "balloon" }, { kind: "constructor" }]);
    expect(made.root.children.length).to.equal(0);
  });

  it("draws the workspace and every box to keep out of where the limits have them, and nothing where there are none", () => {
    const group = boxes(limits, plain);
    const [allowed, ...forbidden] = group.children;
    const line = new Box3().setFromObject(allowed as LineSegments);
    line.min.toArray().forEach((x, i) => expect(x).to.be.closeTo(limits.workspace.min[i]!, 1e-6));
    line.max.toArray().forEach((x, i) => expect(x).to.be.closeTo(limits.workspace.max[i]!, 1e-6));
    expect(forbidden.map(({ name }) => name)).to.deep.equal(limits.keepOut.map(({ name }) => name));
    expect(boxes(null, plain).children).to.deep.equal([]);
  });

  it("has a table as wide as the box that forbids it, its top at the height the scene says", () => {
    const { min, max } = new Box3().setFromObject(table(-0.05, limits, plain));
    expect(max.z).to.be.closeTo(-0.05, 1e-3);
    [min.x, min.y, max.x, max.y].forEach((x, i) => expect(x).to.be.closeTo([0.2, -0.6, 1.1, 0.6][i]!, 1e-6));
    expect(new Box3().setFromObject(table(0.3, null, plain)).max.z).to.be.closeTo(0.3, 1e-3);
  });
});
