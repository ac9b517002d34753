import { expect } from "chai";
import { importsOf, may, violations } from "./edges.ts";
import { code, textOf } from "./files.ts";

const sources = code.filter((file) => /\.[cm]?[jt]s$/.test(file)).map((path) => ({ path, text: textOf(path) }));

describe("the rule of imports", () => {
  it("holds in every file", () => {
    expect(violations(sources)).to.deep.equal([]);
  });

  it("has a row for every room", () => {
    const rooms = new Set(
      sources.map(({ path }) => (path.startsWith("src/") ? path.split("/").slice(0, 2).join("/") : path.split("/")[0]!)),
    );
    expect([...rooms].filter((room) => !(room in may) && room !== "launch" && room !== "test")).to.deep.equal([]);
  });

  it("reads real files: the sources import one another", () => {
    expect(sources.length).to.be.greaterThan(30);
    expect(sources.flatMap(importsOf).length).to.be.greaterThan(100);
  });

  const planted: readonly (readonly [edge: string, path: string, text: string])[] = [
    ["domain imports nothing", "src/domain/x.ts", `import type { Arm } from "../ports/arm.ts";`],
    ["learning sees no port", "src/learning/x.ts", `import { a } from "../ports/arm.ts";`],
    ["learning sees the nets of policy and nothing else of it", "src/learning/x.ts", `import { a } from "../policy/bundle.ts";`],
    ["learning sees no control", "src/learning/deep/x.ts", `export * from "../../control/loop.ts";`],
    ["safety sees no control", "src/safety/x.ts", `const a = await import("../control/loop.ts");`],
    ["engine imports nothing of ours", "src/engine/x.ts", `type A = import("../domain/errors.ts").OnarmError;`],
    ["robot never sees sim", "robot/x.ts", `import "../sim/twin.ts";`],
    ["sim never sees robot", "sim/x.ts", `new Worker(new URL("../robot/x.ts", import.meta.url));`],
    ["nothing imports launch", "src/operator/x.ts", `import { main } from "../../launch/main.ts";`],
    ["launch does not import tests", "launch/x.ts", `import { fake } from "../test/support/fake.ts";`],
    ["the page stands alone", "src/operator/page/x.js", `import { govern } from "../../safety/governor.ts";`],
    ["a room without a row may nothing", "src/newroom/x.ts", `import { a } from "../domain/rng.ts";`],
    ["a computed import hides its edge", "src/policy/x.ts", `await import(name);`],
    ["tfjs has one importer", "src/learning/x.ts", `import * as tf from "@tensorflow/tfjs-core";`],
    ["ONNX Runtime has one importer", "launch/x.ts", `import { InferenceSession } from "onnxruntime-node";`],
    ["MuJoCo has one importer", "sim/x.ts", `import load from "@mujoco/mujoco";`],
    ["rclnodejs has one importer", "robot/x.ts", `const r = require("rclnodejs");`],
  ];
  for (const [title, path, text] of planted)
    it(`catches a planted violation: ${title}`, () => {
      const [line, ...others] = violations([{ path, text }]);
      expect(line).to.be.a("string").that.includes(path);
      expect(others).to.deep.equal([]);
    });

  it("lets through what the table allows", () => {
    const allowed = [
      {
        path: "src/control/loop.ts",
        text: `import { a } from "../safety/governor.ts"; import { b } from "./modes.ts"; import { c } from "rxjs";`,
      },
      { path: "sim/mujoco.ts", text: `import load from "@mujoco/mujoco"; import type { Arm } from "../src/ports/arm.ts";` },
      {
        path: "launch/verbs/demo.ts",
        text: `import { a } from "../../sim/twin.ts"; import { b } from "../../robot/description/x.ts";`,
      },
      { path: "test/unit/sim/x.test.ts", text: `import { a } from "../../../launch/cli.ts";` },
    ];
    expect(violations(allowed)).to.deep.equal([]);
  });
});
