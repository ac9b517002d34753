import { expect } from "chai";
import { EMPTY, of } from "rxjs";
import { besideChecks } from "../../../launch/doctor/beside.ts";
import { gripperState } from "../../../robot/grippers/interaIo.ts";
import type { Wire } from "../../../robot/wire.ts";

const health = { tag: "ready", id: "", detail: "" };
const device = (signals: Readonly<Record<string, boolean>>) => ({
  ...{ time: { sec: 0, nsec: 0 }, device: { name: "", status: health }, ports: [], commands: [], responses: [] },
  signals: Object.entries(signals).map(([name, value]) => ({ name, format: "", data: JSON.stringify([value]), status: health })),
});
/** A graph on which each topic says one thing, or nothing. */
const looked = (told: (topic: string) => unknown, gripper = true) => {
  const hear = (topic: string) => ({ message$: told(topic) === undefined ? EMPTY : of(told(topic)) });
  return besideChecks({ hear } as unknown as Pick<Wire, "hear">, { gripper })().map(({ id, ok, detail }) => ({ id, ok, detail }));
};

describe("doctor looks at what a Sawyer tells beside its joints", () => {
  it("and is content with all of it, and with a gripper that waits to be calibrated", () => {
    const checks = looked((topic) => (topic === gripperState ? device({ is_calibrated: false, has_error: false }) : device({})));
    expect(checks.map(({ id, ok }) => [id, ok])).to.deep.equal([
      ["echo", true],
      ["cuff", true],
      ["gripper", true],
    ]);
    expect(checks[2]!.detail).to.equal("there; a run calibrates it first");
  });
  it("and says what is not known where nothing comes", () => {
    expect(looked(() => undefined, false).map(({ ok }) => ok)).to.deep.equal([null, null, null]);
  });
  it("and misses a gripper that the site names", () => {
    expect(looked(() => undefined)[2]).to.include({ id: "gripper", ok: false });
  });
  it("and tells of a gripper that is there and that the site does not name", () => {
    const [, , gripper] = looked((topic) => (topic === gripperState ? device({ is_calibrated: true }) : undefined), false);
    expect(gripper).to.include({ ok: null, detail: "there, and the site does not name it" });
  });
  it("and names a gripper that reports an error", () => {
    const [, , gripper] = looked((topic) => (topic === gripperState ? device({ has_error: true }) : undefined));
    expect(gripper).to.include({ ok: false, detail: "the gripper reports an error" });
  });
});
