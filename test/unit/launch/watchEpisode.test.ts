import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { filmOf } from "../../../launch/watchEpisode/film.ts";
import { picture } from "../../../launch/watchEpisode/draw.ts";
import { momentsOf, strip, verdictOf, views } from "../../../launch/watchEpisode/strip.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { aimKinds, sawyerSpec } from "../../../src/tasks/sawyer.ts";
import { driven, file, fullLab, opening, refusal, stands } from "../../support/armRecording.ts";
import { commandLine } from "../../support/realVerbs.ts";

const film = async (...[episode, what]: Parameters<typeof driven>) => filmOf(await file(driven(episode, what)), episode);
/** The corner of a block's top that every view shows: ahead and left of its middle, m. */
const raised = ([x, y, z]: Vec3): Vec3 => [x + 0.015, y + 0.015, z + 0.02];
const count = (text: string, part: string | RegExp) => text.split(part).length - 1;

describe("a recorded episode as a film", () => {
  it("shows arm and scene before each step and after the last, and when the aim was true", async () => {
    const { shots, aim, partly, scene } = await film(2, { opened: opening });
    expect(shots.map(({ things }) => Number(things["drawer"]!.travel.toFixed(3)))).to.deep.equal(opening);
    expect(shots.map(({ achieved }) => achieved)).to.deep.equal([false, false, false, false, true, true]);
    expect(shots.map(({ at }) => Number(at.toFixed(3)))).to.deep.equal([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(shots[3]!.q[1]).to.equal(-0.6 + 0.03);
    expect([aim, partly, scene.button?.position]).to.deep.equal(["open-drawer", "it was cut short", [0.6, -0.15, 0.01]]);
  });

  it("shows everything that stands on the table where it was seen, and how far apart the fingers were", async () => {
    const object = stands([0.5, -0.1, 0.1]);
    const { shots, scene } = await film(0, {
      opened: [0, 0],
      scene: fullLab,
      beside: [{ gap: 0.057 }, { gap: 0.028, facts: { object } }],
    });
    expect(scene).to.deep.equal(fullLab);
    expect(shots.map(({ gap }) => Number(gap!.toFixed(4)))).to.deep.equal([0.057, 0.028]);
    expect([shots[0]!.things["object"], shots[1]!.things["object"]!.position.map((x) => Number(x.toFixed(5)))]).to.deep.equal([
      undefined,
      [0.5, -0.1, 0.1],
    ]);
  });

  it("may be judged by another aim than it was driven for", async () => {
    const recording = await file(driven(0, { opened: opening }));
    expect(verdictOf(await filmOf(recording, 0, "close-drawer"))).to.equal(
      "close-drawer: first true at 0.0 s, not true any more at the end (0.5 s); it was cut short",
    );
    expect(verdictOf(await filmOf(recording, 0, "press-button"))).to.equal("press-button: never true; it was cut short");
    const whole = await film(0, { opened: new Array<number>(sawyerSpec.horizon + 1).fill(0.09) });
    expect(verdictOf(whole)).to.equal("open-drawer: first true at 0.0 s, true at the end (7.5 s)");
  });

  it("says what it lacks: the end of what was cut short, the rest of what is torn, an aim that nobody told", async () => {
    expect(verdictOf(await film(0, { opened: opening, cut: true }))).to.match(/; it was cut short$/);
    const torn = await filmOf(await file(driven(0, { opened: opening }), { torn: 0.8 }), 0);
    expect(verdictOf(torn)).to.match(/; the recording is torn here$/);
    expect(verdictOf(await film(0, { opened: opening, aim: null }))).to.match(/^no aim is known/);
  });

  for (const [what, job, expected] of [
    [
      "an episode that is not there",
      async () => filmOf(await file(driven(4, { opened: opening })), 0),
      /holds the episodes 4 to 4, and no episode 0; name one/,
    ],
    ["a recording without any", async () => filmOf(await file([]), 0), /holds no episodes, and no episode 0/],
    ["another domain", async () => filmOf(await file([], { domain: "point" }), 0), /the domain point, which has no arm to draw/],
    [
      "a scene that was not told",
      async () => film(0, { opened: opening, scene: null }),
      /does not tell how its scene was set out/,
    ],
    [
      "numbers of another meaning",
      async () => film(0, { opened: opening, fields: "c0ffee" }),
      /episode 0 holds numbers of another meaning or scale/,
    ],
    ["an episode of no step", async () => film(0, { opened: [0] }), /episode 0 holds no step of an arm/],
    ["no such file", async () => filmOf("none.mcap", 0), /none\.mcap/],
  ] as const)
    it(`is refused for ${what}`, async () => {
      expect(await refusal(job())).to.match(expected);
    });
});

describe("a strip of a film", () => {
  it("has its first and its last moment, and others evenly between", () => {
    expect(momentsOf(61, 8)).to.deep.equal([0, 9, 17, 26, 34, 43, 51, 60]);
    expect([momentsOf(61, 2), momentsOf(3, 8), momentsOf(1, 8)]).to.deep.equal([[0, 60], [0, 1, 2], [0]]);
  });

  it("is one self-contained picture that marks the moments in which the aim is true, and tells when and how far", async () => {
    const drawn = strip(await film(0, { opened: opening }), "one <episode>", 6);
    expect(drawn)
      .to.match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<\/svg>\n$/)
      .and.include("one &lt;episode&gt;");
    expect(drawn).to.not.match(/href|<script|<image|NaN|undefined|Infinity/);
    expect(count(drawn, 'stroke-width="2.5"')).to.equal(2);
    for (const words of [">0.0 s<", ">0.5 s<", ">drawer 9.0 cm<", ">button 0.0 mm<", "first true at 0.4 s"])
      expect(drawn).to.include(words);
  });

  it("moves what moved: the drawer's front, and the tip's way grows", async () => {
    const shut = strip(await film(0, { opened: [0, 0] }), "t", 2);
    const open = strip(await film(0, { opened: [0, 0.1] }), "t", 2);
    expect(count(open, "<polygon")).to.be.above(count(shut, "<polygon"));
    expect(open).to.include("drawer 10.0 cm").and.not.include("-0.0");
  });

  describe("of a full table", () => {
    const facts = {
      locker: stands([0.66, -0.17, -0.05], 0.14),
      tray: stands([0.46, -0.1, -0.05]),
      brick: stands([0.73, -0.17, -0.026]),
    };
    const lying = { facts: { ...facts, object: stands([0.46, -0.24, -0.03]) }, gap: 0.057 };
    const held = { facts: { ...facts, object: stands([0.58, 0, 0.12]) }, gap: 0.028 };
    const table = async (...beside: Parameters<typeof driven>[1]["beside"] & object) =>
      film(0, { opened: beside.map(() => 0), scene: fullLab, beside, aim: "pick-object" });

    it("tells of each thing and of the fingers, and which colour is which", async () => {
      const drawn = strip(await table(lying, held), "t", 2);
      for (const words of [
        ...[">locker 14.0 cm<", ">object 0.0 cm up<", ">object 15.0 cm up<", ">brick 0.4 cm up<"],
        ...[">finger gap 5.7 cm<", ">finger gap 2.8 cm<", "Teal: the locker. Blue: the tray. Pink: the object and the brick."],
      ])
        expect(drawn).to.include(words);
      expect(drawn).to.not.match(/NaN|undefined|Infinity|>tray/);
      expect(strip(await film(0, { opened: [0, 0] }), "t", 2)).to.not.match(/locker|Teal|finger gap/);
    });

    it("draws a block where it is, and fingers as far apart as they are", async () => {
      const { shots, scene } = await table(lying, held);
      const { oblique } = views({ scene, aim: undefined, shots });
      const seen = (shot: (typeof shots)[number]) => picture(oblique, scene, undefined, shot, []);
      /** The block's lid with a corner there. */
      const lid = ({ facts: { object } }: typeof lying) => {
        const at = oblique.place(raised(object.position)).map((x) => x.toFixed(1));
        return new RegExp(`points="[^"]*${at.join()}[^"]*" fill="#e58abc"`);
      };
      expect(seen(shots[0]!)).to.match(lid(lying)).and.not.match(lid(held));
      expect(seen(shots[1]!)).to.match(lid(held)).and.not.match(lid(lying));
      const fingers = (shot: (typeof shots)[number]) =>
        [...seen(shot).matchAll(/points="([\d.,-]+) [^"]*" [^>]*stroke="#222"/g)].map(([, at]) => at!.split(",").map(Number));
      const apart = (shot: (typeof shots)[number]) => Math.hypot(...fingers(shot)[0]!.map((a, i) => a - fingers(shot)[1]![i]!));
      expect(apart(shots[0]!)).to.be.above(1.5 * apart(shots[1]!));
    });

    it("marks the place that something is wanted at, where there is one", async () => {
      const { shots, scene } = await table(lying, lying);
      const { above } = views({ scene, aim: undefined, shots });
      for (const aim of aimKinds) {
        const [, x, y, r] =
          /<circle cx="([\d.-]+)" cy="([\d.-]+)" r="([\d.]+)" fill="[^"]+" fill-opacity="0.2"/.exec(
            picture(above, scene, aim, shots[0]!, []),
          ) ?? [];
        const goal = (
          {
            reach: [0.66, 0, 0.05],
            "pick-object": [0.66, 0, 0.08],
            "pick-brick": [0.66, 0, 0.08],
            "place-object": [0.46, -0.1, 0.06],
          } as Record<string, number[]>
        )[aim];
        if (goal) {
          const at = above.place([goal[0]!, goal[1]!, 0]);
          [x, y, r].forEach((n, i) => expect(Number(n), aim).to.be.closeTo([...at, goal[2]! * above.scale][i]!, 0.1));
        } else expect(x, aim).to.equal(undefined);
      }
    });
  });

  it("says where a person moved the arm", async () => {
    expect(strip(await film(0, { opened: opening, byHand: 3 }), "t", 6)).to.include(", by hand");
    expect(strip(await film(0, { opened: opening }), "t", 6)).to.not.include("by hand");
  });
});

describe("onarm watch-episode", () => {
  it("writes the strip beside the recording, or where it is told, and says what it shows", async () => {
    const recording = await file(driven(3, { opened: opening }));
    const { code, json } = await commandLine("watch-episode", recording, "--episode", "3");
    expect(code).to.equal(0);
    expect(json).to.deep.equal({
      ...{ file: recording.replace(".mcap", ".episode-3.svg"), episode: 3, steps: 5, seconds: 0.5 },
      ...{
        aim: "open-drawer",
        success: true,
        verdict: "open-drawer: first true at 0.4 s, true at the end (0.5 s); it was cut short",
      },
    });
    expect(await readFile(json.file, "utf8")).to.include(json.verdict);
  });

  it("draws nothing but SVG, and only with an episode named", async () => {
    const png = await commandLine("watch-episode", "run.mcap", "--episode", "0", "--out", "strip.png");
    expect([png.code, png.json.error.message]).to.deep.equal([
      2,
      "watch-episode: --out strip.png: the picture is an SVG, which every browser opens; end the name in .svg",
    ]);
  });

  for (const [what, flags, expected] of [
    ["a recording without an episode", ["run.mcap"], /name an episode of run\.mcap with --episode/],
    ["nothing", [], /name a recording and --episode, or a bundle and a held-out task/],
    ["a bundle without a task", ["--bundle", "b"], /a bundle and a held-out task to try now/],
    ["a recording and a bundle", ["run.mcap", "--bundle", "b", "--task", "1"], /leave them out, or the recording/],
    ["a task tried now and an aim", ["--bundle", "b", "--task", "1", "--aim", "reach"], /--aim are of a recording/],
    ["a bundle that is none", ["--bundle", "b", "--task", "1"], /b: no bundle here/],
  ] as const)
    it(`is refused with ${what}`, async () => {
      const { code, json } = await commandLine("watch-episode", ...flags);
      expect(code).to.equal(2);
      expect(json.error.message).to.match(expected);
    });
});
