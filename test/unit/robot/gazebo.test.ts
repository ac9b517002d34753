import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { resetWorld } from "../../../robot/gazebo/reset.ts";
import { isScene } from "../../../robot/gazebo/shim.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";

describe("a world of Gazebo's that is reset", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "onarm-gz-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  /** Stands in for Gazebo's program: keeps what it was asked, and answers. */
  const gz = (answer: string, code = 0) => {
    const file = path.join(folder, "gz");
    writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/asked"\nprintf '%s\\n' "${answer}"\nexit ${code}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const why = (program: string) =>
    resetWorld("onarm", program).then(
      () => "done",
      (error: Error) => error.message,
    );

  it("is asked by its own service, time included", async () => {
    expect(await why(gz("data: true"))).to.equal("done");
    const asked = readFileSync(path.join(folder, "asked"), "utf8").trim().split("\n");
    expect(asked.slice(0, 7)).to.deep.equal([
      "service",
      "-s",
      "/world/onarm/control",
      "--reqtype",
      "gz.msgs.WorldControl",
      "--reptype",
      "gz.msgs.Boolean",
    ]);
    expect(asked.slice(-2)).to.deep.equal(["--req", "reset: {all: true}"]);
  });
  it("that refuses, is not there, or has no program here, is told of", async () => {
    expect(await why(gz("data: false"))).to.match(
      /does not reset its world by \/world\/onarm\/control: it answers "data: false"/,
    );
    expect(await why(gz("", 1))).to.match(/does not reset its world/);
    expect(await why(path.join(folder, "nothing"))).to.match(/is not here; run the shim where Gazebo is/);
  });
});

describe("a scene that is asked of a world", () => {
  const has: SceneSpec = {
    drawer: { position: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel: metres(0) },
    button: { position: [0.5, -0.1, 0.01] },
  };
  it("is the world's own when everything is where it was written", () =>
    expect(isScene(has, structuredClone(has))).to.equal(true));
  it("is another when a thing is missing, too many, elsewhere, or a drawer stands open", () => {
    const { drawer, button } = has;
    for (const other of [
      { drawer },
      { button },
      {},
      { drawer, button: { position: [0.5, -0.1, 0.02] } },
      { drawer: { ...drawer!, travel: metres(0.12) }, button },
      { drawer: { ...drawer!, opens: [0, 1, 0] }, button },
    ] as SceneSpec[])
      expect(isScene(has, other), JSON.stringify(other)).to.equal(false);
    expect(isScene({ button: button! }, has)).to.equal(false);
  });
  it("is told by every thing that can stand in one", () => {
    const whole: SceneSpec = {
      ...has,
      locker: { position: [0.8, 0.17, -0.05], opens: [-1, 0, 0], travel: metres(0.14) },
      tray: { position: [0.46, 0.24, -0.05] },
      object: { position: [0.58, 0.1, -0.05] },
      brick: { position: [0.73, 0.17, -0.046] },
    };
    expect(isScene(whole, structuredClone(whole))).to.equal(true);
    for (const thing of THINGS) {
      const { [thing]: there, ...less } = whole;
      expect([isScene(whole, less), isScene(less, whole)], `without ${thing}`).to.deep.equal([false, false]);
      const [x, y, z] = there!.position;
      const moved = { ...whole, [thing]: { ...there!, position: [x + 0.002, y, z] } } as SceneSpec;
      expect(isScene(whole, moved), `${thing} elsewhere`).to.equal(false);
    }
  });
});
