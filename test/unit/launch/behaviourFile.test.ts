import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { readBehaviour, writeBehaviour } from "../../../launch/behaviourFile.ts";
import { encodeSafetensors } from "../../../src/engine/safetensors.ts";
import { actorShapes } from "../../../src/learning/sac.ts";
import { antSpec } from "../../../src/tasks/ant.ts";
import { cheetahSpec } from "../../../src/tasks/cheetah.ts";
import { codeOf, messageOf } from "../learning/tiny.ts";

describe("the file of a learned behaviour", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "onarm-behaviour-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => path.join(folder, name);
  const [goal, hidden] = [1, [4, 3]];
  const tensors = Object.fromEntries(
    Object.entries(actorShapes(cheetahSpec, goal, { hidden })).map(([name, shape]) => [
      name,
      Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => i / 7),
    ]),
  );
  const behaviour = { goal, hidden, tensors, made: { command: "onarm dataset --behaviour learned", commit: "abc", seed: 3 } };

  it("holds the actor, what it is told, and how it was made", async () => {
    await writeBehaviour(at("whole"), cheetahSpec, behaviour);
    expect(await readBehaviour(at("whole"), cheetahSpec)).to.deep.equal(behaviour);
  });

  it("is refused by name when it is missing, cut, another domain's, or holds a number that is none", async () => {
    await writeBehaviour(at("whole"), cheetahSpec, behaviour);
    const bytes = readFileSync(at("whole"));
    writeFileSync(at("cut"), bytes.subarray(0, bytes.length - 8));
    await writeBehaviour(at("nan"), cheetahSpec, {
      ...behaviour,
      tensors: { ...tensors, "pi.b0": tensors["pi.b0"]!.map(() => NaN) },
    });
    const strange = (metadata: Record<string, string>) => encodeSafetensors({ tensors: {}, metadata });
    writeFileSync(at("other"), strange({ format: "onarm-dataset" }));
    writeFileSync(at("mute"), strange({ format: "onarm-behaviour", about: "{" }));
    writeFileSync(at("half"), strange({ format: "onarm-behaviour", about: '{"domain":"cheetah-vel"}' }));
    const cases = [
      ["missing", cheetahSpec, "file.missing", /missing.*restore/],
      ["cut", cheetahSpec, "file.damaged", /cut/],
      ["whole", antSpec, "bundle.mismatch", /cheetah-vel, not ant-dir/],
      ["other", cheetahSpec, "bundle.mismatch", /no behaviour/],
      ["mute", cheetahSpec, "bundle.mismatch", /cannot be read/],
      ["half", cheetahSpec, "bundle.mismatch", /cannot be read/],
      ["nan", cheetahSpec, "bundle.mismatch", /pi\.b0/],
    ] as const;
    for (const [name, spec, code, message] of cases) {
      expect(await codeOf(() => readBehaviour(at(name), spec)), name).to.equal(code);
      expect(await messageOf(() => readBehaviour(at(name), spec)), name).to.match(message);
    }
  });
});
