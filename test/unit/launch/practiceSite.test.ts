import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { asksForSite, practiceSite, settingOf } from "../../../launch/practiceSite.ts";
import type { AimKind } from "../../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";
import { isMeantIn, sceneToFile, trainingTask } from "../../../src/tasks/ownTasks.ts";

const tasks = { taskSeed: 21, tasks: 40 };
/** The first training task that asks for this. */
const first = (kind: AimKind) =>
  Array.from({ length: 40 }, (_, id) => trainingTask(tasks, id)).find(({ aim }) => aim.kind === kind)!;
const folder = mkdtempSync(path.join(os.tmpdir(), "onarm-site-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const site = (text: string) => {
  const at = path.join(folder, `lab-${files++}.yaml`);
  writeFileSync(at, text);
  return at;
};
const drawerAt = (x: number, y: number) =>
  `scene: { drawer: { position_m: [${x}, ${y}, -0.05], opens: [0, -1, 0], travel_m: 0 } }`;
const lab = `${drawerAt(0.6, 0.2)}\n`;
/** A site with these things, and what it is to be labelled as. */
const among = (kind: AimKind, ...things: (keyof typeof there)[]) =>
  site(`scene: { ${things.map((thing) => there[thing]).join(", ")} }\nlabel_tasks: [${first(kind).id}]\n`);
const there = {
  drawer: "drawer: { position_m: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel_m: 0 }",
  button: "button: { position_m: [0.46, -0.1, 0.01] }",
  shut: "locker: { position_m: [0.8, -0.17, -0.05], opens: [-1, 0, 0], travel_m: 0 }",
  open: "locker: { position_m: [0.8, -0.17, -0.05], opens: [-1, 0, 0], travel_m: 0.14 }",
  tray: "tray: { position_m: [0.575, -0.1, -0.05] }",
  object: "object: { position_m: [0.46, -0.24, -0.05] }",
  stored: "brick: { position_m: [0.87, -0.17, -0.046] }",
  brick: "brick: { position_m: [0.73, -0.17, -0.046] }",
};

describe("practice in a lab's one scene, or in test tasks' scenes", () => {
  it("is labelled, unless told otherwise, as every training task whose aim asks for something there, on the same side", () => {
    fc.assert(
      fc.property(fc.nat(39), (id) => {
        const { scenes, labelTasks } = practiceSite({ scene: id }, tasks);
        const { scene } = trainingTask(tasks, id);
        expect(scenes).to.deep.equal([scene]);
        const fit = Array.from({ length: 40 }, (_, n) => n).filter((n) => isMeantIn(scene, trainingTask(tasks, n)));
        expect(labelTasks).to.deep.equal(fit).and.to.include(id);
      }),
      { numRuns: 40 },
    );
  });

  it("is labelled as the tasks that the site names, each once", () => {
    const [open, reach] = [first("open-drawer").id, first("reach").id];
    const named = practiceSite({ site: site(`${lab}label_tasks: [${open}, ${reach}, ${open}]\n`) }, tasks);
    expect(named.labelTasks).to.deep.equal([open, reach]);
    expect(named.aims).to.equal("open-drawer 1, reach 1");
    expect(named.scenes).to.deep.equal([{ drawer: { position: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel: 0 } }]);
    const { id, scene } = first("open-drawer");
    expect(practiceSite({ scene: id, labelTasks: ` ${reach} ,${id}` }, tasks)).to.deep.include({
      scenes: [scene],
      labelTasks: [reach, id],
    });
  });

  it("takes a brick in a locker that is shut for within reach: it is got at where the locker is driven out", () => {
    const stored = site(`scene: { ${there.shut}, ${there.button}, ${there.stored} }`);
    const { aims, scenes } = practiceSite({ site: stored }, { ...tasks, tasks: 200 });
    expect(scenes[0]!.brick?.position).to.deep.equal([0.87, -0.17, -0.046]);
    expect(aims.split(", ").map((one) => one.split(" ")[0])).to.have.members(["reach", "press-button", "open-locker"]);
  });

  it("sets out the site's scene under the label task's number and aim; without a site, the task's own scene", () => {
    const own = { scene: sceneToFile(trainingTask(tasks, 4).scene), aim: "reach" as const, rewards: "person" as const };
    const with41 = { ...tasks, tasks: 41, own: [own] };
    const one = practiceSite({ site: site(lab) }, with41);
    expect(settingOf(with41, one, 40)).to.deep.equal({ ...trainingTask(with41, 40), scene: one.scenes[0] });
    expect(settingOf(with41, undefined, 40)).to.deep.include({ id: 40, scene: trainingTask(tasks, 4).scene });
    expect(settingOf(with41, undefined, 7)).to.deep.equal(trainingTask(tasks, 7));
  });

  it("happens in test tasks' scenes on request: each training task in one of those that its aim asks for something in, and every scene in use", () => {
    const many = practiceSite({ testScenes: 3, taskSeed: 5 }, tasks);
    expect(many.scenes).to.deep.equal([0, 1, 2].map((id) => sawyerTask("test", 5, id).scene));
    const settings = many.labelTasks.map((id) => settingOf(tasks, many, id));
    for (const setting of settings) expect(isMeantIn(setting.scene, trainingTask(tasks, setting.id))).to.equal(true);
    expect([...new Set(settings.map(({ scene }) => scene))]).to.have.members([...many.scenes]);
    const nowhere = Array.from({ length: 40 }, (_, id) => id).filter((id) => !many.labelTasks.includes(id));
    for (const id of nowhere) for (const scene of many.scenes) expect(isMeantIn(scene, trainingTask(tasks, id))).to.equal(false);
    expect(asksForSite({ testScenes: 3 })).to.equal(true);
    expect(() => asksForSite({ testScenes: 3, scene: 1 })).to.throw(/--test-scenes says where practice happens; leave --site/);
  });

  it("takes a drawer on the left for no drawer on the right, and what stands alone for either", () => {
    const { aim, scene } = first("close-drawer");
    const own = { id: 0, aim, scene };
    const { drawer } = scene;
    const across = {
      drawer: { ...drawer!, position: [drawer!.position[0], -drawer!.position[1], drawer!.position[2]] as const },
    };
    expect(isMeantIn({ drawer: drawer! }, own)).to.equal(true);
    expect(isMeantIn(across as never, own)).to.equal(false);
    expect(isMeantIn({}, { id: 0, aim: { kind: "reach", goal: [0.6, 0, 0.1] }, scene: {} })).to.equal(true);
    expect(isMeantIn({ drawer: { ...drawer!, travel: 0 as never } }, own)).to.equal(false);
  });

  it("is asked for by a scene or a site, not by both or by label tasks alone", () => {
    expect([asksForSite({}), asksForSite({ scene: 0 }), asksForSite({ site: "lab.yaml" })]).to.deep.equal([false, true, true]);
    expect(() => asksForSite({ site: "lab.yaml", scene: 0 })).to.throw(/--site tells scene and label tasks already/);
    expect(() => asksForSite({ labelTasks: "3" })).to.throw(/--label-tasks are of one scene; name it/);
  });

  for (const [what, flags, expected] of [
    ["a scene that the bundle does not know", () => ({ scene: 40 }), /--scene 40: the bundle knows the scenes 0 to 39/],
    ["a list that is none", () => ({ scene: 0, labelTasks: "3;4" }), /--label-tasks 3;4: numbers of training tasks with commas/],
    [
      "a label task that is none",
      () => ({ scene: 0, labelTasks: "40" }),
      /label task 40: the bundle has the training tasks 0 to 39/,
    ],
    [
      "a label task for a thing that is not there",
      () => ({ site: site(`${lab}label_tasks: [${first("press-button").id}]`) }),
      /lab-\d+\.yaml: label task \d+ asks for press-button, and there is no button; leave it out/,
    ],
    [
      "a label task for what is so already",
      () => ({ site: site(`${lab}label_tasks: [${first("close-drawer").id}]`) }),
      /asks for close-drawer, and the drawer stands closed there already/,
    ],
    ...(
      [
        ["open-drawer", ["button", "tray", "object"], "there is no drawer"],
        ["press-button", ["drawer"], "there is no button"],
        ["open-locker", ["button", "drawer"], "there is no locker"],
        ["open-locker", ["shut", "drawer"], "there is no button"],
        ["open-locker", ["open", "button"], "the locker stands open there already"],
        ["close-locker", ["shut", "button"], "the locker stands closed there already"],
        ["pick-object", ["drawer", "tray"], "there is no object"],
        ["place-object", ["drawer", "tray"], "there is no object"],
        ["place-object", ["object"], "there is no tray"],
        ["pick-brick", ["object", "button", "open"], "there is no brick"],
        ["pick-brick", ["brick", "object"], "there is no locker"],
        ["pick-brick", ["shut", "button", "stored"], "the locker that it lies in stands closed there"],
      ] as const
    ).map(
      ([kind, things, why]) =>
        [
          `a label task for ${kind} among ${things.join(", ")}`,
          () => ({ site: among(kind, ...things) }),
          new RegExp(`label task \\d+ asks for ${kind}, and ${why}; leave it out`),
        ] as const,
    ),
    ...(
      [
        ["button", "button: { position_m: [0.6, -0.4, 0.01] }"],
        ["locker", "locker: { position_m: [0.98, -0.1, -0.05], opens: [-1, 0, 0], travel_m: 0 }"],
        ["tray", "tray: { position_m: [0.3, 0.1, -0.05] }"],
        ["object", "object: { position_m: [0.85, 0.1, -0.05] }"],
        ["brick", `${there.open}, brick: { position_m: [0.87, -0.17, -0.046] }`],
      ] as const
    ).map(
      ([thing, told]) =>
        [
          `a ${thing} out of reach`,
          () => ({ site: site(`scene: { ${there.drawer}, ${told} }`) }),
          new RegExp(`the ${thing} stands out of the arm's reach \\(x 0\\.4 to 0\\.8 m`),
        ] as const,
    ),
    ["nothing on the table", () => ({ site: site("scene: {}") }), /holds nothing to move/],
    ["a tray alone, which nothing moves", () => ({ site: site(`scene: { ${there.tray} }`) }), /holds nothing to move/],
    [
      "a drawer out of reach",
      () => ({ site: site(drawerAt(1.4, 0.2)) }),
      /the drawer stands out of the arm's reach \(x 0\.4 to 0\.8 m/,
    ],
    ["a site file that is not there", () => ({ site: path.join(folder, "none.yaml") }), /none\.yaml: does not exist/],
    ["a site file without a scene", () => ({ site: site("label_tasks: [1]") }), /scene: missing/],
    ["a site file with a key of no meaning", () => ({ site: site(`${lab}labels: [1]`) }), /unknown key "labels"/],
    ["a place that is no number", () => ({ site: site(drawerAt(NaN, 0.2)) }), /position_m/],
    ["an empty list", () => ({ site: site(`${lab}label_tasks: []`) }), /label_tasks: too few values/],
  ] as const)
    it(`is refused with ${what}`, () => {
      expect(() => practiceSite(flags(), tasks)).to.throw(expected);
    });
});
