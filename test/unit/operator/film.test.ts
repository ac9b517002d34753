import { expect } from "chai";
import { rad, seconds } from "../../../src/domain/units.ts";
import { filming } from "../../../src/operator/film.ts";
import { practising } from "../../support/pageStates.ts";

const at = (s: number, episode: number | undefined) => ({
  ...practising,
  at: seconds(s),
  ...(episode === undefined ? {} : { episode }),
  arm: { ...practising.arm!, position: [s].map(rad) },
});

describe("what is kept of episodes for showing them again", () => {
  it("is ten frames a second, counted from the episode's beginning", () => {
    const film = filming();
    for (let i = 0; i <= 60; i++) film.take(at(100 + i / 30, 7));
    const frames = film.frames(7)!;
    expect(frames.map((frame) => frame.at)[0]).to.equal(0);
    expect(frames).to.have.length(21);
    expect(frames[10]!.position[0]).to.be.closeTo(101, 1e-9);
    expect(frames[10]!.marks).to.equal(practising.scene.marks);
  });

  it("is nothing of what lies between episodes, and nothing without an arm", () => {
    const film = filming();
    film.take(at(0, undefined));
    film.take({ ...practising, episode: 1, arm: undefined } as never);
    expect(film.frames(1)).to.equal(undefined);
  });

  it("is bounded: the oldest of more than fifty episodes goes, and an hour-long one is thinned to its end", () => {
    const film = filming();
    for (let n = 0; n < 60; n++) film.take(at(n, n));
    expect(film.frames(9)).to.equal(undefined);
    expect(film.frames(10)).to.have.length(1);
    for (let i = 0; i <= 36_000; i++) film.take(at(i / 10, 99));
    const long = film.frames(99)!;
    expect(long.length).to.be.within(100, 301);
    expect(long[0]!.at).to.equal(0);
    expect(long.at(-1)!.at).to.be.greaterThan(3500);
    expect(long.every((frame, i) => i === 0 || frame.at > long[i - 1]!.at)).to.equal(true);
  });
});
