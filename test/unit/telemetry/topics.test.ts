import { expect } from "chai";
import fc from "fast-check";
import { answerTopic, isName, topics } from "../../../src/telemetry/topics.ts";

const good = "ABCXYZabcxyz019";
const name = fc
  .tuple(fc.constantFrom(...good), fc.string({ unit: fc.constantFrom(...good, ".", "_", "-"), maxLength: 63 }))
  .map(([first, rest]) => first + rest);

describe("topics", () => {
  it("lie under one line of an access list, each in its place", () => {
    const { base, ...each } = topics("lab", "arm1");
    expect(base).to.equal("onarm/v1/lab/arm1");
    expect(Object.entries(each)).to.deep.equal(Object.keys(each).map((key) => [key, `onarm/v1/lab/arm1/${key}`]));
  });

  it("are never made of a name that a broker could read as something else", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("/", "+", "#", "$", " ", "\0", "\n", "é"), fc.string(), (a, bad, b) => {
        expect(isName(a + bad + b)).to.equal(false);
        expect(() => topics("lab", a + bad + b)).to.throw(/cannot name a robot/);
        expect(() => topics(a + bad + b, "arm")).to.throw(/cannot name a site/);
      }),
    );
    for (const bad of ["", ".", "-x", "x".repeat(65)]) expect(() => topics("lab", bad)).to.throw();
    fc.assert(fc.property(name, name, (site, robot) => topics(site, robot).base === `onarm/v1/${site}/${robot}`));
  });

  it("for answers stay below our own, whatever a sender asks for", () => {
    const ours = topics("lab", "arm1");
    expect(answerTopic(ours, `${ours.response}/desk/1`)).to.equal(`${ours.response}/desk/1`);
    for (const asked of [
      undefined,
      "",
      ours.connection,
      ours.response,
      `${ours.response}x/y`,
      `${ours.response}/+`,
      `${ours.response}/#`,
    ])
      expect(answerTopic(ours, asked), String(asked)).to.equal(ours.response);
    expect(answerTopic(ours, `${ours.response}/\n`)).to.equal(ours.response);
    expect(answerTopic(ours, `${ours.response}/${"x".repeat(300)}`)).to.equal(ours.response);
    fc.assert(fc.property(fc.string(), (asked) => answerTopic(ours, asked).startsWith(ours.response)));
  });
});
