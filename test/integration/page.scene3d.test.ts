import { expect } from "chai";
import { LIMITS_FILE } from "../../launch/sawyer.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { loadLimits } from "../../src/config/limits.ts";
import { rng } from "../../src/domain/rng.ts";
import { linkTransforms, tree } from "../../src/kinematics/tree.ts";
import { browserRig } from "../support/browserRig.ts";
import { practising } from "../support/pageStates.ts";

const body = tree(sawyer);
const tipOf = (q: readonly number[]) => linkTransforms(body, q).get(sawyer.tip)!.p;
const bent = [0.1, -0.9, 0.05, 1.7, 0, 0.75, 3.3];
const turned = [0.6, ...bent.slice(1)];

describe("a scene in 3D by itself", function () {
  this.timeout(60_000);
  const rig = browserRig({ limits: loadLimits(LIMITS_FILE) }, "processor");

  beforeEach(async () => {
    await rig.open({ reducedMotion: "reduce" });
    await rig.page.evaluate(`(async () => {
      const { scene3d } = await import("./scene3d.js");
      const [description, limits] = await Promise.all(["description.json", "limits.json"].map(async (file) => (await fetch(file)).json()));
      const box = document.createElement("div");
      Object.assign(box.style, { position: "fixed", inset: "0 auto auto 0", width: "240px", height: "160px" });
      box.id = "own";
      document.body.append(box);
      globalThis.own = scene3d(box, description, limits, document.createElement("canvas").getContext("webgl2"));
    })()`);
  });
  const show = async (arm: object | undefined, marks: readonly object[] = [], moment = 0) =>
    await rig.page.evaluate(`own.show(${JSON.stringify(arm)}, ${JSON.stringify({ table: -0.05, marks })}, ${moment})`);
  /** Resolves when nothing more is drawn: fifteen screens in a row went by without. */
  const still = async () =>
    (await rig.page.evaluate(`new Promise((resolve) => {
      let [seen, calm] = [own.pictures, 0];
      const look = () => {
        calm = own.pictures === seen ? calm + 1 : 0;
        seen = own.pictures;
        if (calm < 15) requestAnimationFrame(look);
        else resolve(seen);
      };
      look();
    })`)) as number;

  it("has its tip where our kinematics have it, to a micrometre", async () => {
    const r = rng("page.scene", 1);
    for (let i = 0; i < 20; i++) {
      const q = sawyer.commanded.map(() => r.between(-2.9, 2.2));
      const tip = (await show({ position: q })) as number[];
      tipOf(q).forEach((x, axis) => expect(tip[axis]).to.be.closeTo(x, 1e-6));
    }
  });

  it("draws when something changed, once, and not when nothing did", async () => {
    await show({ position: bent }, practising.scene.marks);
    const before = await still();
    expect(before).to.be.greaterThan(0);
    for (let i = 0; i < 20; i++) await show({ position: bent }, practising.scene.marks);
    expect(await still()).to.equal(before);
    await show({ position: turned }, practising.scene.marks);
    expect(await still()).to.equal(before + 1);
    await rig.page.locator("#own [data-sight=top]").click();
    expect(await still()).to.equal(before + 2);
  });

  it("lets the tip's path fade with time, and then rests", async () => {
    for (let i = 0; i <= 5; i++) await show({ position: [0.1 + 0.02 * i, ...bent.slice(1)] }, [], i / 2);
    const before = await still();
    await show({ position: [0.2, ...bent.slice(1)] }, [], 3);
    const faded = await still();
    expect(faded).to.equal(before + 1);
    await show({ position: [0.2, ...bent.slice(1)] }, [], 60);
    await show({ position: [0.2, ...bent.slice(1)] }, [], 61);
    const gone = await still();
    for (const moment of [62, 63, 64]) await show({ position: [0.2, ...bent.slice(1)] }, [], moment);
    expect(await still()).to.equal(gone);
  });

  it("shows a command's ghost where it leads elsewhere, and only there", async () => {
    const ghost = async (commanded?: readonly (number | string)[]) => {
      await show({ position: bent, ...(commanded ? { commanded } : {}) });
      return await rig.page.evaluate("own.ghost");
    };
    expect(await ghost()).to.equal(false);
    expect(await ghost(bent)).to.equal(false);
    expect(await ghost(turned)).to.equal(true);
    expect(await ghost(turned.slice(1))).to.equal(false);
    expect(await ghost(["NaN", ...turned.slice(1)])).to.equal(false);
  });

  it("shows no arm for joints that are missing or are no numbers, and goes on when they are back", async () => {
    for (const position of [[], bent.slice(1), [null, ...bent.slice(1)], ["1", ...bent.slice(1)]])
      expect(await show({ position })).to.equal(undefined);
    expect(await show(undefined)).to.equal(undefined);
    expect(await show({ position: bent }, [{ kind: "nobody knows", position: [0, 0, 0] }])).to.be.an("array");
  });

  it("draws an arm on a rail of which little is known, and no limits", async () => {
    await rig.page.evaluate(`(async () => {
      own.dispose();
      const { scene3d } = await import("./scene3d.js");
      const pose = (x, y, z) => ({ xyz: [x, y, z], rpy: [0, 0, 0] });
      const range = { lower: -1, upper: 1, speed: 1, effort: 1 };
      const description = {
        name: "crane", base: "floor", tip: "hook", poses: {}, commanded: ["rail", "swing"],
        links: ["floor", "car", "jib", "hook"].map((name) => ({ name, geometry: [] })),
        joints: [
          { name: "rail", kind: "prismatic", parent: "floor", child: "car", origin: pose(0, 0, 1), axis: [0, 2, 0], ...range },
          { name: "swing", kind: "revolute", parent: "car", child: "jib", origin: pose(0, 0, 0.1), axis: [0, 0, 1], ...range },
          { name: "end", kind: "fixed", parent: "jib", child: "hook", origin: pose(0.5, 0, 0), axis: [0, 0, 1], ...range },
        ],
      };
      globalThis.own = scene3d(document.getElementById("own"), description, null, document.createElement("canvas").getContext("webgl2"));
    })()`);
    const tip = (await show({ position: [0.25, Math.PI / 2] })) as number[];
    [0, 0.75, 1.1].forEach((x, axis) => expect(tip[axis]).to.be.closeTo(x, 1e-6));
    expect(await still()).to.be.greaterThan(0);
  });

  it("leaves nothing behind", async () => {
    await show({ position: bent });
    await rig.page.evaluate("own.dispose()");
    expect(await rig.page.locator("#own").innerHTML()).to.equal("");
  });
});
