import { expect } from "chai";
import fc from "fast-check";
import type { Stop } from "../../../src/ports/stop.ts";
import { written } from "../../../robot/stopbox/protocol.ts";
import { virtualStopBox } from "../../support/virtualStopBox.ts";

const opened = async () => {
  const box = virtualStopBox();
  const stop = await box.open();
  const heard: { is: string; at: number }[] = [];
  stop.signal$.subscribe(({ is, at }) => heard.push({ is, at }));
  /** Words said from now on, and how long the first one took. */
  const during = async (work: () => Promise<void> | void) => {
    const [from, since] = [heard.length, box.now()];
    await work();
    const said = heard.slice(from);
    return { words: said.map(({ is }) => is), after: said.length > 0 ? said[0]!.at - since : NaN };
  };
  return { ...box, stop, heard, during };
};
const refusal = async (opening: Promise<Stop>): Promise<string> => {
  try {
    await opening;
  } catch (error) {
    expect(error).to.have.property("code", "serial.refused");
    return (error as Error).message;
  }
  throw new Error("was not refused");
};
/** The table's bounds in s of virtual time, S1 and S2. */
const [S1, S2] = [0.05, 0.2];

describe("a stop box, in virtual time", () => {
  it("S1: says pressed in the same instant in which the line comes", async () => {
    const { during, device } = await opened();
    const { words, after } = await during(device.press);
    expect(words).to.deep.equal(["pressed"]);
    expect(after).to.be.at.most(S1);
  });
  it("S1: sees a press whose first line is damaged by the next one", async () => {
    const { during, device, pass } = await opened();
    const { words, after } = await during(async () => {
      device.spoil((text) => text.replace("P", "p"));
      device.press();
      device.spoil((text) => text);
      await pass(0.1);
    });
    expect(words).to.deep.equal(["pressed"]);
    expect(after).to.be.at.most(S1);
  });
  it("takes one open contact of the two for pressed", async () => {
    const { during, device } = await opened();
    expect((await during(device.disagree)).words).to.deep.equal(["pressed"]);
  });

  const faults: readonly (readonly [what: string, is: string, how: (sent: number) => (text: string) => string])[] = [
    ["silence", "silent", () => () => ""],
    ["noise in place of lines", "garbled", () => () => "\u0001\u0002$\u00ff\n"],
    ["noise without an end", "garbled", () => () => "zzzz"],
    ["half lines", "garbled", () => (text) => text.slice(0, text.length / 2)],
    ["lines without a beginning", "garbled", () => (text) => text.slice(4)],
    ["a wrong checksum", "garbled", () => (text) => text.replace(/\*..../, "*0000")],
    ["a flipped bit", "garbled", () => (text) => text.replace(",R,", ",S,")],
    ["every other line damaged", "garbled", (n) => (text) => (n++ % 2 ? text : text.replace("SB", "SX"))],
    [
      "one line repeated for ever",
      "garbled",
      () => {
        let first = "";
        return (text) => (first ||= text);
      },
    ],
    [
      "five lines played again and again",
      "garbled",
      (n) => {
        const tape: string[] = [];
        return (text) => (tape.length < 5 ? (tape.push(text), text) : tape[n++ % 5]!);
      },
    ],
    [
      "an up-time that stands still",
      "garbled",
      () => {
        let sequence = 0;
        return () => written({ sequence: (sequence += 1), released: true, contacts: [true, true], uptime: 77 });
      },
    ],
  ];
  for (const [what, is, how] of faults)
    it(`S2: says ${is} upon ${what}, and stays so`, async () => {
      const { during, device, pass, heard } = await opened();
      const { words, after } = await during(async () => {
        device.spoil(how(0));
        await pass(3);
      });
      expect(words[0], words.join()).to.equal(is);
      expect(words).to.not.include("released");
      expect(after).to.be.at.most(S2);
      device.spoil((text) => text);
      await pass(2);
      expect(heard.at(-1)!.is).to.equal("released");
    });
  it("S2: says lost in the instant in which it is unplugged", async () => {
    const { during, unplug } = await opened();
    const { words, after } = await during(unplug);
    expect(words).to.deep.equal(["lost"]);
    expect(after).to.equal(0);
  });
  it("bears a damaged line now and then", async () => {
    const { during, device, pass } = await opened();
    let n = 0;
    device.spoil((text) => (n++ % 25 === 0 ? text.replace("SB", "SX") : text));
    expect((await during(() => pass(5))).words).to.deep.equal([]);
  });
  it("bears three lost lines, and not ten", async () => {
    const { during, device, pass } = await opened();
    const lose = (count: number) => () => {
      let left = count;
      device.spoil((text) => (left-- > 0 ? "" : text));
      return pass(1);
    };
    expect((await during(lose(3))).words).to.deep.equal([]);
    expect((await during(lose(10))).words).to.deep.equal(["silent", "released"]);
  });
  it("takes a box that starts anew for one that has yet to prove itself", async () => {
    const { during, device, pass } = await opened();
    expect((await during(() => (device.reboot(), pass(1)))).words).to.deep.equal(["garbled", "released"]);
  });
  it("does not notice that the box's own clock runs over, after seven weeks", async () => {
    const box = virtualStopBox();
    box.device.age(4294960);
    const stop = await box.open();
    const words: string[] = [];
    stop.signal$.subscribe(({ is }) => words.push(is));
    await box.pass(10);
    expect(words).to.deep.equal(["released"]);
  });
  it("does not take its own sleep for silence: what waited to be read is read first", async () => {
    const { during, stall } = await opened();
    expect((await during(() => stall(0.15))).words).to.deep.equal([]);
  });
  it("sees a press that came and went while nothing was read", async () => {
    const { during, device, stall, pass } = await opened();
    const { words } = await during(async () => {
      const asleep = stall(0.3);
      device.press();
      device.release();
      await asleep;
      await pass(1);
    });
    expect(words).to.deep.equal(["pressed", "released"]);
  });
  it("does not believe a backlog: released takes fresh lines over some time", async () => {
    const { during, say, device, unplug, plug, step, pass, now } = await opened();
    unplug();
    device.spoil(() => "");
    plug();
    await pass(0.5);
    const { words } = await during(async () => {
      for (let n = 0; n < 100; n++)
        say(written({ sequence: n, released: true, contacts: [true, true], uptime: Math.floor(now() * 1000) - 2000 + 20 * n }));
      await step();
    });
    expect(words).to.deep.equal([]);
  });
  it("S3: says no more than released when it is released", async () => {
    const { during, device, pass } = await opened();
    await during(device.press);
    expect((await during(() => (device.release(), pass(1)))).words).to.deep.equal(["released"]);
  });
  it("is released only while its own fresh lines say so, whatever happens to the line", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom("press", "release", "silent", "noise", "well", "unplug", "plug", "reboot"), fc.nat(40)),
          { maxLength: 12 },
        ),
        async (deeds) => {
          const { device, pass, unplug, plug, step, stop } = await opened();
          let [pressed, sound, plugged] = [false, true, true];
          let unsound = 0;
          let is = "";
          stop.signal$.subscribe((signal) => (is = signal.is));
          for (const [deed, steps] of deeds) {
            if (deed === "press") device.press();
            if (deed === "release") device.release();
            if (deed === "reboot") device.reboot();
            if (deed === "unplug") unplug();
            if (deed === "plug") plug();
            if (deed === "silent") device.spoil(() => "");
            if (deed === "noise") device.spoil(() => "noise\n");
            if (deed === "well") device.spoil((text) => text);
            pressed = deed === "press" || (pressed && deed !== "release");
            sound = deed === "well" || (sound && deed !== "silent" && deed !== "noise");
            plugged = deed === "plug" || (plugged && deed !== "unplug");
            for (let n = 0; n < steps; n++) {
              await step();
              unsound = pressed || !sound || !plugged ? unsound + 1 : 0;
              if (unsound > 20) expect(is).to.not.equal("released");
            }
          }
          device.release();
          device.spoil((text) => text);
          plug();
          await pass(3);
          expect(is).to.equal("released");
          await stop.close();
        },
      ),
      { numRuns: 60 },
    ));
});

describe("a port with something else on it is refused before anything moves", () => {
  it("nothing is heard", async () => {
    const box = virtualStopBox();
    box.device.spoil(() => "");
    expect(await refusal(box.open())).to.match(/^\/dev\/virtual: nothing is heard there; .*onarm find-port/);
  });
  it("another device speaks", async () => {
    const box = virtualStopBox();
    box.device.spoil(() => "$GPGGA,1,2*33\r\n");
    expect(await refusal(box.open())).to.match(/not as a stop box; name the right port/);
  });
  it("an older or newer stop box speaks", async () => {
    const box = virtualStopBox();
    box.device.spoil(() => "$SB,2,1*53CF\n");
    expect(await refusal(box.open())).to.match(/version 2 is there, and version 1 is needed; load the firmware/);
  });
  it("it is unplugged meanwhile", async () => {
    const box = virtualStopBox();
    const opening = refusal(box.open());
    box.device.spoil(() => "");
    await box.pass(0.1);
    box.unplug();
    expect(await opening).to.match(/unplugged .*plug it in and start again/);
  });
  it("a box that is pressed is known as well, and pressed", async () => {
    const box = virtualStopBox();
    box.device.press();
    const stop = await box.open();
    const words: string[] = [];
    stop.signal$.subscribe(({ is }) => words.push(is));
    expect(words).to.deep.equal(["pressed"]);
  });
});
