import { performance } from "node:perf_hooks";
import { expect } from "chai";
import { askForRobotiq } from "../../robot/findPorts.ts";
import { openRobotiq2f } from "../../robot/grippers/robotiq2f.ts";
import { openSerial } from "../../robot/serial.ts";
import { openStopBox } from "../../robot/stopbox/stopBox.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { seconds } from "../../src/domain/units.ts";
import { needsSocat, openPty } from "../support/pty.ts";
import type { Pty } from "../support/pty.ts";
import { robotiqResponder } from "../support/robotiqResponder.ts";
import { stopBoxDevice } from "../support/stopBoxDevice.ts";
import { at, onarm, write } from "./verbs.run.ts";

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isOnarmError(error) && error.code).to.equal("serial.refused");
  return (error as Error).message;
};
const now = () => performance.now() / 1000;

describe("serial ports, as the operating system has them", () => {
  before(function () {
    needsSocat(this);
  });
  let pty: Pty;
  const ends: (() => unknown)[] = [];
  beforeEach(async () => {
    pty = await openPty();
    ends.push(pty.unplug);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const device = () => {
    const box = stopBoxDevice(pty.say, now);
    ends.push(box.close);
    return box;
  };
  const chatter = (text: string) => {
    const talking = setInterval(() => pty.say(text), 20);
    ends.push(() => clearInterval(talking));
  };

  describe("a port that is not what it should be is refused, with what, where and the remedy", () => {
    for (const [name, open] of [
      ["the stop box", (path: string) => openStopBox({ path })],
      ["the gripper", (path: string) => openRobotiq2f({ path, model: "2F-85" })],
    ] as const) {
      it(`${name}: absent`, async () => {
        expect(await refusal(open("/dev/nothing"))).to.match(/^\/dev\/nothing: no such port, .*onarm find-port/);
      });
      it(`${name}: a file`, async () => {
        expect(await refusal(open(write("plain", "text")))).to.match(/plain: this is not a serial port, .*onarm find-port/);
      });
      it(`${name}: a device that is no port`, async () => {
        expect(await refusal(open("/dev/null"))).to.match(/^\/dev\/null: this is not a serial port/);
      });
      it(`${name}: busy`, async () => {
        const other = await openSerial(pty.path, "another program");
        ends.push(other.close);
        expect(await refusal(open(pty.path))).to.match(/the port is busy, .*end the other program/);
      });
      it(`${name}: another device`, async () => {
        chatter("$GPGGA,120000,5230,N*33\r\n");
        expect(await refusal(open(pty.path))).to.match(/not as a stop box|nothing answers as a Robotiq/);
      });
    }
    it("and can be opened by the next program at once", async () => {
      await refusal(openRobotiq2f({ path: pty.path, model: "2F-85" }));
      device();
      const stop = await openStopBox({ path: pty.path });
      await stop.close();
    });
  });

  it("S2: half a line, a wrong checksum and noise never give a release; a whole stream does", async () => {
    // At a quarter of the speed: a computer that is busy with other tests is no silent box.
    const clock = { now: () => seconds(now() / 4) };
    const box = stopBoxDevice(pty.say, clock.now);
    const stop = await openStopBox({ path: pty.path, clock });
    ends.push(stop.close, box.close);
    const words: string[] = [];
    const said = (word: string) =>
      new Promise<void>((resolve) => {
        const hearing = stop.signal$.subscribe(({ is }) => is === word && resolve());
        ends.push(() => hearing.unsubscribe());
      });
    stop.signal$.subscribe(({ is }) => words.push(is));
    for (const spoil of [
      (text: string) => text.slice(0, 9),
      (text: string) => text.replace(/\*..../, "*0000"),
      () => "\u0000\u0001~~~",
    ]) {
      box.spoil(spoil);
      await said("garbled");
      box.spoil((text) => text);
      await said("released");
    }
    expect(words).to.deep.equal(["released", "garbled", "released", "garbled", "released", "garbled", "released"]);
  });

  it("a gripper is told from other devices by asking it", async () => {
    expect(await askForRobotiq(pty.path)).to.equal(false);
    const gripper = robotiqResponder(pty);
    ends.push(gripper.close);
    expect(await askForRobotiq(pty.path)).to.equal(true);
  });

  describe("onarm find-port", () => {
    it("knows a stop box by its voice, pressed or not", async () => {
      const box = device();
      const { code, json } = await onarm("find-port", pty.path);
      expect([code, json]).to.deep.equal([
        0,
        { ports: [{ path: pty.path, speaks: "stopbox", heard: "a stop box, not pressed" }] },
      ]);
      box.press();
      expect((await onarm("find-port", pty.path)).json.ports[0].heard).to.equal("a stop box, pressed");
    });
    it("says what else it heard", async () => {
      const heard = async () => (await onarm("find-port", pty.path, "--seconds", "0.5")).json.ports[0];
      expect(await heard()).to.include({ speaks: null, heard: "nothing" });
      chatter("hello\n");
      expect(await heard()).to.include({ speaks: null, heard: "something else" });
    });
    it("asks for a gripper when it is told to, and only then", async () => {
      let asked = 0;
      pty.written$.subscribe(() => asked++);
      const gripper = robotiqResponder(pty);
      ends.push(gripper.close);
      expect((await onarm("find-port", pty.path, "--seconds", "0.5")).json.ports[0].speaks).to.equal(null);
      expect(asked).to.equal(0);
      expect((await onarm("find-port", pty.path, "--seconds", "0.5", "--ask")).json.ports[0].speaks).to.equal("robotiq");
    });
    it("refuses a port that is absent, busy or none, with exit 2 and the remedy", async () => {
      const other = await openSerial(pty.path, "another program");
      ends.push(other.close);
      for (const [port, why] of [
        [at("nowhere"), /no such port.*onarm find-port/],
        ["/dev/null", /not a serial port/],
        [pty.path, /busy.*end the other program/],
      ] as const) {
        const { code, err, json } = await onarm("find-port", port);
        expect(code).to.equal(2);
        expect(err).to.match(why);
        expect(json.error.code).to.equal("serial.refused");
      }
    });
    it("lists what there is, which may be nothing, and exits 0", async () => {
      const { code, json } = await onarm("find-port", "--seconds", "0.2");
      expect(code).to.equal(0);
      expect(json.ports).to.be.an("array");
      for (const port of json.ports) expect(port).to.include.keys("path", "speaks", "heard");
    });
  });
});
