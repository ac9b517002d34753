import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { gazeboFiles } from "../../../launch/verbs/gazebo.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { siteFile } from "../../../robot/sites/site.ts";
import { lumpsOf, together } from "../../../sim/gazebo/lumps.ts";
import { parseConfig } from "../../../src/config/file.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";
import type { Inertial } from "../../../src/domain/arm.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";
import { apply, identity, turn } from "../../../src/kinematics/transform.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";
import { sdfWorld } from "../../support/sdfWorld.ts";
import { skip } from "../../support/skip.ts";

const scene: SceneSpec = {
  drawer: { position: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel: metres(0.12) },
  button: { position: [0.55, -0.15, 0.01] },
};
const files = gazeboFiles(scene);
const world = sdfWorld(files["world.sdf"]!);
const arm = world.models.get("sawyer")!;
const joint = (name: string) => sawyer.joints.find((it) => it.name === name)!;
const posture = fc.tuple(
  ...sawyer.commanded.map((name) => fc.double({ min: joint(name).lower, max: joint(name).upper, noNaN: true })),
);

/** Smallest and largest principal moment, by the bounds that Gershgorin's circles and the trace give; exact enough for "is positive". */
const positive = ({ mass, inertia: [xx, yy, zz, xy, xz, yz] }: Inertial) => {
  const minors = [xx, xx * yy - xy * xy, xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz)];
  return mass > 0 && minors.every((minor) => minor > 0) && xx + yy > zz && yy + zz > xx && zz + xx > yy;
};

describe("the world for Gazebo", () => {
  it("has its arm where the twin's is, in every posture", () => {
    const ours = chain(sawyer);
    fc.assert(
      fc.property(posture, (q) => {
        const named = Object.fromEntries(sawyer.commanded.map((name, k) => [name, q[k]!]));
        const theirs = arm.frame("right_gripper_tip", named);
        const { p, R } = forward(ours, q);
        for (let k = 0; k < 3; k++) expect(theirs.p[k]).to.be.closeTo(p[k]!, 1e-9);
        for (let k = 0; k < 9; k++) expect(theirs.R[k]).to.be.closeTo(R[k]!, 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it("has every link of the arm in its place, the head looking ahead", () => {
    const q = sawyer.poses["neutral"]!;
    const named = Object.fromEntries(sawyer.commanded.map((name, k) => [name, q[k]!]));
    for (const [link, { p }] of linkTransforms(tree(sawyer), q)) {
      const theirs = arm.frame(link, named).p;
      expect(Math.hypot(...p.map((x, k) => x - theirs[k]!)), link).to.be.below(1e-9);
    }
  });

  it("weighs what the arm weighs, about the same centre", () => {
    const body = tree(sawyer);
    const frames = linkTransforms(
      body,
      sawyer.commanded.map(() => 0),
    );
    const ours = together(sawyer.links.flatMap(({ name, inertial }) => (inertial ? [{ at: frames.get(name)!, inertial }] : [])));
    const theirs = together([...arm.links].map(([name, { inertial }]) => ({ at: arm.frame(name, {}), inertial })));
    expect(theirs.mass).to.be.closeTo(ours.mass, 1e-9);
    for (let k = 0; k < 3; k++) expect(theirs.com[k]).to.be.closeTo(ours.com[k]!, 1e-9);
    for (let k = 0; k < 6; k++) expect(theirs.inertia[k]).to.be.closeTo(ours.inertia[k]!, 1e-6);
  });

  it("gives every body a mass and an inertia that a body can have", () => {
    for (const [name, { links }] of world.models)
      for (const [link, { inertial }] of links) expect(positive(inertial), `${name} ${link}`).to.equal(true);
  });

  it("carries the arm's weight, for no drive does there", () => {
    for (const [link, { gravity }] of arm.links) expect(gravity, link).to.equal(false);
  });

  it("has the arm's own joint limits, j6 whole", () => {
    for (const name of sawyer.commanded) {
      const { lower, upper, speed, effort } = joint(name);
      expect(arm.joints.get(name), name).to.include({ type: "revolute", lower, upper, speed, effort });
    }
    expect(arm.joints.get("right_j6")!.upper).to.equal(4.7124);
  });

  it("names every topic that it hears on, or tells on, in the bridge's table, and nothing else is there", () => {
    const rows = parse(files["bridge.yaml"]!) as Record<string, string>[];
    const topics = [...world.models.values()].flatMap(({ systems }) =>
      systems.map(({ settings }) => settings.children.find(({ name }) => name === "topic")?.text),
    );
    const bridged = rows.map((row) => row["gz_topic_name"]).filter((topic) => topic !== "/clock");
    expect([...new Set(topics)].sort()).to.deep.equal([...bridged].sort());
    const shim = JSON.parse(files["shim.json"]!) as { velocity_topics: string[]; joints: string[] };
    const into = rows.filter(({ direction }) => direction === "ROS_TO_GZ").map(({ ros_topic_name }) => ros_topic_name);
    expect(into).to.include.members(shim.velocity_topics);
    expect(shim.joints).to.deep.equal([...sawyer.commanded]);
  });

  it("puts handle and cap where the scene has them", () => {
    const site = parseConfig(
      siteFile,
      readFileSync(new URL("../../../robot/sites/gazebo.yaml", import.meta.url), "utf8"),
      "gazebo.yaml",
    );
    const { offsets_m } = site.scene;
    const tray = world.models.get("drawer")!.frame("tray", {});
    const cap = world.models.get("button")!.frame("cap", {});
    const turned = turn([0, 0, 1], Math.PI);
    const inWorld = (p: readonly number[], R = identity.R) => apply({ p: p as [number, number, number], R: [...R] }, [0, 0, 0]);
    const bar = apply({ p: inWorld(scene.drawer!.position), R: turned.R }, apply(tray, offsets_m.drawer!));
    [0.6, 0.2 - 0.12 - 0.055, -0.05 + 0.045].forEach((x, k) => expect(bar[k]).to.be.closeTo(x, 1e-9));
    const [x, y, z] = scene.button!.position;
    const top = apply({ ...identity, p: [x, y, z - 0.06] }, apply(cap, offsets_m.button!));
    for (let k = 0; k < 3; k++) expect(top[k]).to.be.closeTo(scene.button!.position[k]!, 1e-9);
  });

  it("puts locker, tray and blocks where the scene has them, and all that the site names is in the world", () => {
    const table = -0.05;
    const whole: SceneSpec = {
      ...scene,
      locker: { position: [0.8, -0.17, table], opens: [-1, 0, 0], travel: metres(0.14) },
      tray: { position: [0.46, -0.24, table] },
      object: { position: [0.58, -0.24, table] },
      brick: { position: [0.73, -0.17, table + 0.004] },
    };
    const text = gazeboFiles(whole)["world.sdf"]!;
    const { models } = sdfWorld(text);
    const site = siteFile.parse(parse(readFileSync(new URL("../../../robot/sites/gazebo.yaml", import.meta.url), "utf8")));
    if (!("frames" in site.scene)) return expect.fail("the site tells its scene by tf");
    for (const [thing, frame] of Object.entries(site.scene.frames)) {
      const [model, link] = frame.split("::");
      expect(model).to.equal(thing);
      expect([...models.get(model!)!.links.keys()], frame).to.include(link!);
      expect(site.scene.offsets_m, thing).to.have.property(thing);
    }
    const places = {
      locker: [0.8 - 0.14, -0.17, table],
      tray: [0.46, -0.24, table],
      object: [0.58, -0.24, table + 0.02],
      brick: [0.73, -0.17, table + 0.024],
    };
    const links = { locker: "box", tray: "body", object: "block", brick: "block" } as const;
    for (const [thing, place] of Object.entries(places)) {
      const { at, frame } = models.get(thing)!;
      const found = apply(at, frame(links[thing as keyof typeof links], {}).p);
      place.forEach((x, k) => expect(found[k], `${thing} ${k}`).to.be.closeTo(x, 1e-9));
    }
    const { type, parent, lower, upper } = models.get("locker")!.joints.get("slide")!;
    expect({ type, parent, lower, upper }).to.deep.equal({ type: "prismatic", parent: "world", lower: -0.14, upper: 0 });
  });

  it("leaves blocks free and heavy, and holds the tray", () => {
    const { models } = sdfWorld(
      gazeboFiles({ object: { position: [0.58, 0.1, -0.05] }, tray: { position: [0.46, 0.24, -0.05] } })["world.sdf"]!,
    );
    const block = models.get("object")!;
    expect(block.joints.size).to.equal(0);
    expect(block.links.get("block")).to.include({ gravity: true });
    expect(block.links.get("block")!.inertial.mass).to.be.closeTo(0.03, 1e-12);
    expect([...models.get("tray")!.joints.values()].map(({ type }) => type)).to.deep.equal(["fixed"]);
  });

  it("lets a drawer slide from shut to open wherever it begins", () => {
    for (const travel of [0, 0.05, 0.12]) {
      const at = sdfWorld(gazeboFiles({ drawer: { ...scene.drawer!, travel: metres(travel) } })["world.sdf"]!).models.get(
        "drawer",
      )!;
      const { lower, upper } = at.joints.get("slide")!;
      const out = (q: number) => at.frame("tray", { slide: q }).p[1];
      expect([out(lower), out(0), out(upper)].map((x) => Math.round(1e9 * x) / 1e9)).to.deep.equal([0, travel, 0.12]);
    }
  });

  it("is the same text every time, and refuses a scene that cannot stand", () => {
    expect(gazeboFiles(scene)).to.deep.equal(files);
    try {
      gazeboFiles({ drawer: { ...scene.drawer!, travel: metres(9) } });
      expect.fail("taken");
    } catch (error) {
      expect(isOnarmError(error) && error.code).to.equal("tasks.invalid");
    }
  });

  it("refuses a body without mass", () => {
    const links = sawyer.links.map(({ name, geometry }) => ({ name, geometry }));
    expect(() => lumpsOf({ ...sawyer, links }, () => false)).to.throw(/base and what is fixed to it have no mass/);
  });
});

/** sdformat's own reader, as Debian packages it, or as Gazebo brings it. */
const checker = (): [string, ...string[]] | undefined =>
  existsSync("/usr/bin/gz") ? ["gz", "sdf", "-k"] : existsSync("/usr/bin/ign") ? ["ign", "sdf", "-k"] : undefined;

describe("Gazebo's own tools", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => void (folder = mkdtempSync(path.join(os.tmpdir(), "onarm-gazebo-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("sdformat reads every scene as valid", function () {
    const tool = checker();
    if (!tool) skip(this, "no sdformat here; on Debian: apt-get install ignition-tools libsdformat-dev");
    const scenes = [scene, {}, ...Array.from({ length: 12 }, (_, id) => sawyerTask("train", 21, id).scene)];
    const found = new Set(scenes.flatMap((each) => Object.keys(each)));
    expect([...found].sort()).to.deep.equal([...THINGS].sort());
    scenes.forEach((each, k) => {
      const file = path.join(folder, `${k}.sdf`);
      writeFileSync(file, gazeboFiles(each)["world.sdf"]!);
      const [program, ...args] = tool!;
      const said = execFileSync(program, [...args, file], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      expect(said.trim(), file).to.match(/Valid\.$/);
    });
  });

  it("Python reads the launch files", function () {
    const python = pythonOf(this);
    for (const name of ["gazebo.launch.py", "sawyer.launch.py"])
      execFileSync(python, ["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])", launchFile(name)]);
  });
});

const launchFile = (name: string) => fileURLToPath(new URL(`../../../launch/ros/${name}`, import.meta.url));
const pythonOf = (context: Mocha.Context): string => {
  const found = ["/usr/bin/python3", "/usr/local/bin/python3"].find(existsSync);
  return found ?? skip(context, "no python3 here");
};
