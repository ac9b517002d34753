import { expect } from "chai";
import fc from "fast-check";
import { formatBar, formatDuration, formatProgress, progressTo } from "../../../launch/progress.ts";

function rig(terminal: boolean) {
  const time = { s: 0 };
  const written: string[] = [];
  const sink = { write: (text: string) => void written.push(text), terminal, width: 60, now: () => time.s };
  return { time, written, progress: progressTo(sink, "practise", 1000) };
}

describe("progress", () => {
  it("reads durations as minutes and hours", () => {
    expect([0, 9, 75, 600, 3725].map(formatDuration)).to.deep.equal(["0:00", "0:09", "1:15", "10:00", "1:02:05"]);
  });

  it("tells how much is done, how long it took and how long is left at that pace", () => {
    const line = formatProgress({ label: "practise", done: 250, total: 1000, elapsed: 30, note: "drawer" });
    expect(line).to.equal("practise   25 %  250/1000  0:30 gone, 1:30 left  drawer");
  });

  it("promises no time before there is a pace, nor when nothing is left", () => {
    expect(formatProgress({ label: "x", done: 0, total: 10, elapsed: 30, note: "" })).to.not.include("left");
    expect(formatProgress({ label: "x", done: 10, total: 10, elapsed: 30, note: "" })).to.not.include("left");
  });

  it("stays within the terminal's width whatever it is told", () => {
    fc.assert(
      fc.property(
        fc.double(),
        fc.double({ noNaN: true }),
        fc.nat(1e6),
        fc.integer({ min: 2, max: 200 }),
        (done, total, elapsed, width) => {
          const bar = formatBar({ label: "x", done, total, elapsed, note: "n" }, width);
          expect(bar.length).to.be.lessThan(width);
          expect(bar).to.not.match(/\n/);
        },
      ),
    );
  });

  it("writes whole lines elsewhere than on a terminal, at most one every 5 s, and one at the end", () => {
    const { time, written, progress } = rig(false);
    for (let i = 0; i <= 120; i++) {
      time.s = i / 10;
      progress.update(i);
    }
    expect(written).to.have.length(2);
    progress.finish("done");
    progress.update(999);
    progress.finish();
    expect(written).to.have.length(3);
    expect(written.every((line) => line.endsWith("\n") && !line.includes("\r"))).to.equal(true);
    expect(written[2]).to.include("120/1000").and.include("done");
  });

  it("redraws one line on a terminal, not faster than ten times a second", () => {
    const { time, written, progress } = rig(true);
    for (let i = 0; i < 1000; i++) {
      time.s = i / 1000;
      progress.advance();
    }
    expect(written.length).to.be.within(9, 11);
    expect(written.every((text) => text.startsWith("\r"))).to.equal(true);
    progress.finish();
    expect(written.at(-1)).to.equal("\n");
    expect(written.at(-2)).to.include("1000/1000");
  });
});
