import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import { faultOf, INPUT, OUTPUT, report, request, REST } from "../../../robot/grippers/robotiqRegisters.ts";
import { openRobotiq2f } from "../../../robot/grippers/robotiq2f.ts";
import { metres, newtons, seconds } from "../../../src/domain/units.ts";
import { outcome } from "../../contract/arm.contract.ts";
import { sealed } from "../../support/robotiqResponder.ts";

describe("the registers of a Robotiq 2F, against the frames of its manual", () => {
  it("asks for an activation, a full grip and a full opening as the manual does", () => {
    const full = { activate: true, go: true, speed: 255, force: 255 };
    expect(request({ ...REST, activate: true })).to.deep.equal([0x0100, 0x0000, 0x0000]);
    expect(request({ ...full, position: 255 })).to.deep.equal([0x0900, 0x00ff, 0xffff]);
    expect(request({ ...full, position: 0 })).to.deep.equal([0x0900, 0x0000, 0xffff]);
  });
  for (const [what, registers, expected] of [
    ["while it activates", [0x1100, 0, 0], { activate: true, status: "activating" }],
    ["when it is active", [0x3100, 0, 0], { activate: true, go: false, status: "ready" }],
    ["while it moves", [0x3900, 0x0000, 0xbb10], { go: true, object: "moving", position: 187, current: 160 }],
    ["when it has gripped", [0xb900, 0x00ff, 0xbd00], { object: "held by closing", echo: 255, position: 189, current: 0 }],
    ["when it is open", [0xf900, 0x0000, 0x0d00], { object: "none", echo: 0, position: 13, fault: 0 }],
  ] as const)
    it(`reads what the manual shows ${what}`, () => expect(report(registers)).to.include(expected));
  it("has the manual's checksum in the tests' own responder", () =>
    expect([...sealed([9, 4, 6, 0xb9, 0, 0, 0xff, 0xbd, 0])].slice(-2)).to.deep.equal([0x5c, 0x9a]));
  it("reads any three registers, and nothing else", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }), (registers) => {
        expect(report(registers) === undefined).to.equal(registers.length !== 3);
      }),
    ));
  it("refuses what is no register", () => {
    for (const wrong of [NaN, -1, 0x10000, 0.5]) expect(report([0, wrong, 0])).to.equal(undefined);
  });
  it("has words for every fault, and none for none", () => {
    for (let code = 1; code < 16; code++) if (code !== 9) expect(faultOf(code)).to.match(/\w/);
    expect([faultOf(0), faultOf(9)]).to.deep.equal([undefined, undefined]);
  });
});

describe("a Robotiq 2F, one request at a time", () => {
  const bench = async (model: "2F-85" | "2F-140" = "2F-85") => {
    const writes: (readonly number[])[] = [];
    const gone$ = new Subject<never>();
    const device = { answers: true, registers: [0x3100, 0, 0x0300] };
    const at: number[] = [];
    const gripper = await openRobotiq2f({
      path: "/dev/virtual",
      model,
      look: seconds(0.001),
      patience: { answer: seconds(0.01), motion: seconds(0.05), calibration: seconds(0.05) },
      connect: async () => ({
        read: async (address) => {
          at.push(address);
          if (!device.answers) throw new Error("no answer");
          return device.registers;
        },
        write: async (address, values) => {
          at.push(address);
          writes.push(values);
          if (!device.answers) throw new Error("no answer");
        },
        gone$,
        close: async () => gone$.complete(),
      }),
    });
    return { gripper, writes, device, at };
  };
  it("reads and writes where the manual says", async () => {
    const { gripper, at, device } = await bench();
    device.registers = [0xf900, 230, 0xe600];
    await gripper.move(metres(0));
    await gripper.close();
    expect(new Set(at)).to.deep.equal(new Set([INPUT, OUTPUT]));
  });
  it("S4: is told twice at most when it does not answer", async () => {
    const { gripper, writes, device } = await bench();
    device.answers = false;
    expect(await outcome(gripper.move(metres(0.05)))).to.equal("gripper.failed");
    expect(writes).to.have.length(2);
    await gripper.close();
  });
  it("S4: is told twice at most when it answers and does nothing", async () => {
    const { gripper, writes } = await bench();
    expect(await outcome(gripper.move(metres(0.05)))).to.equal("gripper.failed");
    expect(writes).to.have.length(2);
    await gripper.close();
  });
  it("says in its state that it does not answer", async () => {
    const { gripper, device } = await bench();
    device.answers = false;
    const fault = await new Promise((resolve) => gripper.state$.subscribe((state) => state.fault && resolve(state.fault)));
    expect(fault).to.match(/does not answer/);
    await gripper.close();
  });
  it("grips with no more than the force that was asked for, and within what it can", async () => {
    for (const [model, force, byte] of [
      ["2F-85", 20, 0],
      ["2F-85", 127.5, 127],
      ["2F-85", 235, 255],
      ["2F-85", 1000, 255],
      ["2F-85", 5, 0],
      ["2F-140", 125, 255],
    ] as const) {
      const { gripper, writes } = await bench(model);
      await outcome(gripper.move(metres(0.05), newtons(force)));
      expect(writes[0]![2]! & 0xff, `${model} ${force} N`).to.equal(byte);
      await gripper.close();
    }
  });
  it("refuses a force that is none", async () => {
    const { gripper, writes } = await bench();
    for (const force of [0, -1, NaN])
      expect(await outcome(gripper.move(metres(0.05), newtons(force)))).to.equal("gripper.failed");
    expect(writes).to.deep.equal([]);
    await gripper.close();
  });
  it("stays active when it is halted by a program that did not activate it", async () => {
    const { gripper, writes } = await bench();
    await gripper.halt();
    expect(writes).to.deep.equal([[0x0100, 0, 0]]);
    await gripper.close();
  });
});
