import { expect } from "chai";
import { decoderOutputs, mlp } from "../../../src/policy/nets.ts";
import { ask, MODES, near, type Given } from "../learning/ask.ts";

for (const mode of MODES)
  describe(`gates of a net, ${mode},`, () => {
    // One input, one hidden unit of weight 1, one output of weight 1: relu(x (1 + z g)).
    const out = async (x: number, z: number, gate?: number) => {
      const { value } = await ask(
        mode,
        ({ x, z, ...p }) => ({
          value: mlp({ "n.w0": p.w0!, "n.b0": p.b0!, "n.w1": p.w1!, "n.b1": p.b1!, ...(p.g && { "n.g0": p.g }) }, "n", x!, z!),
        }),
        {
          ...{ x: [[1, 1], [x]], z: [[1, 1], [z]], w0: [[1, 1], [1]], b0: [[1], [0]], w1: [[1, 1], [1]], b1: [[1], [0]] },
          ...(gate === undefined ? {} : { g: [[1, 1], [gate]] }),
        } as Readonly<Record<string, Given>>,
      );
      return value![0]!;
    };
    it("scale its hidden units by 1 + z g, and switch one off", async () => {
      expect(await out(2, 3, 0.5)).to.be.closeTo(5, 1e-5);
      expect(await out(2, -2, 0.5)).to.be.closeTo(0, 1e-5);
    });
    it("of nothing, and no gates, are the plain net", async () => {
      expect(await out(2, 3, 0)).to.be.closeTo(await out(2, 3), 1e-5);
      expect(await out(2, 3)).to.be.closeTo(2, 1e-5);
    });
    it("of a decoder are scaled by the z that it is shown last", async () => {
      // Shown one number and z: the hidden unit sees the number alone, and z through its gate.
      const { value } = await ask(mode, ({ x, ...p }) => ({ value: decoderOutputs(p, x!)[0]! }), {
        x: [
          [2, 2],
          [2, 3, 2, -2],
        ],
        "dec.w0": [
          [2, 1],
          [1, 0],
        ],
        "dec.b0": [[1], [0]],
        "dec.w1": [[1, 1], [1]],
        "dec.b1": [[1], [0]],
        "dec.g0": [[1, 1], [0.5]],
      });
      expect(near([...value!], [5, 0])).to.equal(true);
    });
  });
