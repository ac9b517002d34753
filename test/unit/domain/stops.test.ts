import { expect } from "chai";
import fc from "fast-check";
import ts from "typescript";
import { explain, explanations, isStopCause } from "../../../src/domain/stops.ts";
import { code, textOf } from "../house/files.ts";

/** Words of the same form that stop or hold nothing: notices, and the rules that clamp. */
const notCauses: ReadonlySet<string> = new Set(["clock.jumped", "joint.acceleration", "joint.jerk"]);

const dotted = /^[a-z]+(\.[a-z-]+)+$/;
/** Where every word of that form is a cause, unless it is the code of an error that is thrown. */
const deciding = /^(src\/(control|safety)\/|launch\/(watchdog|supervision|stopBox))/;
/** A drill stops its arm for itself, too. */
const program = code.filter((file) => /^(src|launch|sim|robot)\/.*\.ts$/.test(file) && !file.startsWith("launch/drill/"));

/** Each word by which a source stops or holds the arm: `cause: "..."`, `.stop("...")`, and in the rooms that decide every dotted word. */
function causesIn(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      const { parent } = node;
      const thrown = ts.isNewExpression(parent) && parent.expression.getText() === "OnarmError";
      const isCause = ts.isPropertyAssignment(parent) && parent.name.getText() === "cause";
      const stops = ts.isCallExpression(parent) && /(^|\.)stop$/.test(parent.expression.getText());
      if (isCause || stops || (deciding.test(file) && dotted.test(node.text) && !thrown)) found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

describe("the words for a stop", () => {
  it("explain every cause that any part of the program stops or holds the arm for", () => {
    const unexplained = program.flatMap((file) =>
      causesIn(file, textOf(file))
        .filter((cause) => !isStopCause(cause) && !notCauses.has(cause))
        .map((cause) => `${file}: ${cause}`),
    );
    expect(unexplained).to.deep.equal([]);
  });

  it("are held against real sources, and a new cause would be found", () => {
    const found = new Set(program.flatMap((file) => causesIn(file, textOf(file))));
    for (const cause of ["state.stale", "link.lost", "policy.nonfinite", "loop.failed", "beat.late", "the operator's stop"])
      expect(found).to.include(cause);
    expect(causesIn("src/control/x.ts", `fire({ on: "stop", cause: "moon.full" });`)).to.deep.equal(["moon.full"]);
    expect(causesIn("launch/x.ts", `controller.stop("the moon");`)).to.deep.equal(["the moon"]);
    expect(causesIn("src/safety/x.ts", `return ["moon.full", ok];`)).to.deep.equal(["moon.full"]);
    expect(causesIn("src/control/x.ts", `throw new OnarmError("moon.full", "");`)).to.deep.equal([]);
  });

  it("say in whole sentences what happened, why, and what to do, without the cause's own jargon", () => {
    for (const [cause, { what, why, remedy }] of Object.entries(explanations))
      for (const sentence of [what, why, remedy]) {
        expect(sentence, cause).to.match(/^[A-Z].*\.$/s);
        expect(sentence.length, `${cause}: ${sentence}`).to.be.within(20, 200);
        if (cause.includes(".")) expect(sentence, cause).not.to.include(cause);
      }
  });

  it("give no two causes the same happening", () => {
    const happenings = Object.values(explanations).map(({ what }) => what);
    expect(new Set(happenings).size).to.equal(happenings.length);
  });

  it("name a cause that nobody has explained, whatever it is", () => {
    for (const cause of ["", "__proto__", "constructor", "toString", "moon.full"]) {
      expect(isStopCause(cause)).to.equal(false);
      expect(explain(cause).what).to.include(cause);
    }
    fc.assert(
      fc.property(fc.string(), (cause) => {
        const { what, why, remedy } = explain(cause);
        expect([what, why, remedy].every((sentence) => sentence.length > 10)).to.equal(true);
      }),
    );
  });
});
