import { expect } from "chai";
import fc from "fast-check";
import { bigLetters } from "../../../../launch/watch/letters.ts";
import { heard, nothingYet, type Picture } from "../../../../launch/watch/picture.ts";
import { harmless, wrapped } from "../../../../launch/watch/rows.ts";
import { inPassing, spoken } from "../../../../launch/watch/spoken.ts";
import { drawn, keyOf } from "../../../../launch/watch/terminal.ts";
import { screen, type Canvas } from "../../../../launch/watch/view.ts";
import { sawyer } from "../../../../robot/description/sawyer.ts";
import { rad } from "../../../../src/domain/units.ts";
import type { EpisodeView, FaultView, PageState, ServerMessage } from "../../../../src/operator/protocol.ts";
import { finished, practising, stopped } from "../../../support/pageStates.ts";

const hello: ServerMessage = { type: "hello", protocol: "onarm.v1", role: "operator", name: "operator 1" };
const messageOf = ({ series, ...state }: PageState): ServerMessage => {
  void series;
  return { type: "state", state };
};
const pictureOf = (state: PageState, more: Partial<Picture> = {}): Picture => ({
  ...[hello, messageOf(state)].reduce(heard, { ...nothingYet, link: "up" as const }),
  ...more,
});
const fault = (n: number, more: Partial<FaultView> = {}): FaultView => ({
  n,
  wall: `2026-01-02T03:04:0${n}.000Z`,
  level: "fault",
  code: "state.stale",
  text: `fault number ${n}.`,
  remedy: "Look at the cable.",
  ...more,
});
const episode = (number: number, more: Partial<EpisodeView> = {}): EpisodeView => ({
  ...{ number, task: 3, aim: "open-drawer", policy: "1a2b", state: "done", steps: 50, seconds: 5, clamps: 2, stops: 0 },
  ...{ keep: true, flag: false, note: "" },
  ...more,
});
const canvas: Canvas = { width: 100, height: 60, age: 0, description: sawyer };
const textOf = (picture: Picture, on = canvas) => screen(picture, on).map(({ text }) => text);
const toneOf = (picture: Picture, words: string, on = canvas) =>
  screen(picture, on).find(({ text }) => text.includes(words))?.tone;

describe("the screen of a run that is watched", () => {
  it("can be read before anything was heard", () => {
    expect(textOf(nothingYet)).to.deep.equal([
      "connecting",
      "nothing was heard yet",
      "space: stop the arm    q: leave, the arm goes on",
    ]);
  });

  it("has the mode in large letters and the reason below, in the tone of an alarm when the arm is stopped", () => {
    const lines = textOf(pictureOf(stopped));
    const at = lines.indexOf(bigLetters("stopped")[0]);
    expect(lines.slice(at, at + 3)).to.deep.equal([...bigLetters("stopped")]);
    expect(lines[at + 3]).to.equal(stopped.reason);
    expect(toneOf(pictureOf(stopped), stopped.reason)).to.equal("bad");
    expect(toneOf(pictureOf(practising), practising.reason)).to.equal(undefined);
  });

  it("says who watches and who is in control", () => {
    expect(textOf(pictureOf(practising))[0]).to.equal("live, operator 1; nobody is in control");
    expect(textOf(pictureOf(practising, { role: "viewer", holder: "operator 2" }))[0]).to.equal(
      "live, watching only; operator 2 is in control",
    );
  });

  it("when the link is lost says so first, and how old the rest is, and greys it", () => {
    const lost = pictureOf(practising, { link: "lost" });
    expect(screen(lost, { ...canvas, age: 7 })[0]).to.deep.equal({
      text: "LINK LOST: what you see is 7 s old, and no stop from here reaches the arm; use the arm's own stop",
      tone: "bad",
    });
    expect(toneOf(lost, "counters")).to.equal("dim");
  });

  it("says that the run has ended", () => {
    expect(textOf(pictureOf(finished, { link: "ended" }))[0]).to.match(/^THE RUN HAS ENDED/);
  });

  it("shows each joint within its range, and warns where it is near the end", () => {
    const { upper } = sawyer.joints.find(({ name }) => name === sawyer.commanded[0])!;
    const state = {
      ...practising,
      arm: { ...practising.arm!, position: [rad(upper - 0.01), ...practising.arm!.position.slice(1)] },
    };
    const lines = textOf(pictureOf(state)).filter((line) => line.startsWith("right_j"));
    expect(lines).to.have.length(7);
    expect(lines[0]).to.match(/-\|\] +17\d°$/);
    expect(lines[2], "the middle of its range").to.match(/\[-{25}\|-{24}\]/);
    expect(toneOf(pictureOf(state), "right_j0")).to.equal("warn");
    expect(toneOf(pictureOf(state), "right_j2")).to.equal(undefined);
    expect(textOf(pictureOf(state), { width: 100, height: 60, age: 0 }).find((line) => line.startsWith("j2"))).to.match(
      /^j2 +0°$/,
    );
  });

  it("shows tip, counters, scores, the gate, stages, ages, budgets, episodes and weights", () => {
    const all = textOf(
      pictureOf({
        ...finished,
        timing: { periodMs: 10, p99Ms: 10.4, maxMs: 12, lateShare: 0.01, stateAgeMs: 3, sceneAgeMs: 24 },
        budgets: [{ name: "contacts", used: 30, limit: 100, unit: "" }],
        margins: [
          { name: "tip speed", value: 0.1, limit: 0.25, unit: "m/s", used: 0.4 },
          { name: "joint speed", of: "right_j3", value: 1, limit: 1.1, unit: "rad/s", used: 0.91 },
        ],
        belief: { mean: [0], variance: [1], kl: 1.25, episodes: 2 },
        reward: { decoded: -0.4, uncertainty: 0.1, asks: "hold" },
        disk: { freeBytes: 5e9, recordedBytes: 1e6, lost: 2 },
        episodes: [
          episode(7, { success: true, decoded: -0.2 }),
          episode(8, { state: "cut", cause: "stopped", keep: false, flag: true }),
        ],
        learning: { running: "1a2b", previous: "99ff", verdicts: [] },
      }),
    ).join("\n");
    for (const words of [
      "tip       x 0.600  y 0.040  z 0.120 m, 0.12 m/s",
      "counters  1240 steps, 640 updates, 0 stops, 17 clamps",
      "success   before 41 % (36 % to 47 %), after 63 % (57 % to 68 %)",
      "gate      promote: after - before",
      "✓ Gate",
      "period    10.0 ms, p99 10.4, most 12.0; late 1.0 %; arm 3 ms old, scene 24 ms old",
      "2 records LOST",
      "limits    joint speed (right_j3): 1 of 1.10 rad/s, 91 %",
      "budgets   contacts: 30 of 100  30 %",
      "reward    decoded -0.40 ± 0.10, a person is asked (hold)",
      "belief    1.25 nats from the prior, after 2 episodes",
      "weights   1a2b, before 99ff",
      "episodes  8 open-drawer: cut (stopped), 50 steps in 5 s, 2 clamps, 0 stops [flagged, discarded]",
      "7 open-drawer: success, 50 steps in 5 s, 2 clamps, 0 stops, decoded -0.20",
    ])
      expect(all).to.include(words);
  });

  it("shows the newest faults with their remedy right below the reason, and nothing that is no fault", () => {
    const faults = [fault(1), fault(2, { level: "info" }), fault(3, { level: "warn" }), fault(4)];
    const lines = textOf(pictureOf({ ...practising, faults }));
    const at = lines.findIndex((line) => line.startsWith("fault "));
    expect(lines.slice(at, at + 2)).to.deep.equal([
      "fault     03:04:04 fault number 4. Look at the cable.",
      "warn      03:04:03 fault number 3. Look at the cable.",
    ]);
    expect(at).to.be.below(lines.findIndex((line) => line.startsWith("counters")));
  });

  it("fits any terminal, whatever comes over the link, and lets none of it steer the terminal", () => {
    const words = fc.oneof(fc.string({ unit: "binary" }), fc.constant("\u001b[2J\u001b]0;title\u0007\r\n\u009b31m"));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 80 }),
        words,
        words,
        (width, height, mode, text) => {
          const state = {
            ...practising,
            mode,
            reason: text,
            faults: [fault(1, { text })],
            episodes: [episode(1, { aim: text })],
          };
          const rows = screen(pictureOf(state), { ...canvas, width, height });
          expect(rows.length).to.be.at.most(Math.max(2, height));
          for (const row of rows) {
            expect([...row.text].length).to.be.at.most(Math.max(1, width - 1));

            expect(row.text).to.not.match(/[\u0000-\u001f\u007f-\u009f]/);
          }
        },
      ),
    );
  });

  it("keeps what the keys do at the bottom, however small the terminal", () => {
    for (const height of [2, 5, 24]) expect(textOf(pictureOf(practising), { ...canvas, height }).at(-1)).to.match(/^space: stop/);
  });
});

describe("what is told of a run in lines", () => {
  const up = pictureOf(practising);

  it("is what is new, and nothing twice", () => {
    const first = spoken(nothingYet, up, 0);
    expect(first).to.deep.equal(["live, operator 1; nobody is in control", `running: ${practising.reason}`]);
    expect(spoken(up, up, 0)).to.deep.equal([]);
    expect(spoken(up, heard(up, messageOf({ ...practising, counters: { ...practising.counters, steps: 9 } })), 0)).to.deep.equal(
      [],
    );
    expect(spoken(up, heard(up, { type: "lease", holder: "operator 2" }), 0)).to.deep.equal(["operator 2 is in control"]);
    expect(spoken(up, heard(up, { type: "refused", command: "reset", reason: "no" }), 0)).to.deep.equal(["reset refused: no"]);
  });

  it("tells each fault with its remedy, and each episode when it has ended", () => {
    const before = pictureOf({ ...practising, faults: [fault(1)], episodes: [episode(1), episode(2, { state: "running" })] });
    const after = pictureOf({
      ...practising,
      faults: [fault(1), fault(2)],
      episodes: [episode(1), episode(2, { success: false })],
    });
    expect(spoken(before, after, 0)).to.deep.equal([
      "fault: fault number 2. Look at the cable.",
      "episode 2 (open-drawer): no success, 50 steps",
    ]);
  });

  it("tells where things are in passing, once there is something", () => {
    expect(inPassing(nothingYet)).to.equal(undefined);
    expect(inPassing(up)).to.equal("running, 1240 steps, 0 stops, 17 clamps, tip 0.600 0.040 0.120 m");
  });
});

describe("the picture of a run", () => {
  it("keeps the parts that travel by themselves until they come again", () => {
    const faults = [fault(1)];
    const told = [{ type: "faults", faults } as ServerMessage, messageOf(practising)].reduce(heard, pictureOf(practising));
    expect(told.state!.faults).to.equal(faults);
    expect(heard(told, { type: "faults", faults: [] }).state!.faults).to.deep.equal([]);
    expect(told.states).to.equal(2);
  });
});

describe("a terminal", () => {
  it("is drawn over from its corner, each line to its end, in tones or plain", () => {
    const rows = [{ text: "a", tone: "bad" as const }, { text: "b" }];
    expect(drawn(rows, true)).to.equal("\u001b[H\u001b[1;31ma\u001b[0m\u001b[K\r\nb\u001b[K\u001b[J");
    expect(drawn(rows, false)).to.equal("\u001b[Ha\u001b[K\r\nb\u001b[K\u001b[J");
  });

  it("stops by the space key, before all, and is left by q or Ctrl-C", () => {
    expect([" ", "q", "\u0003", "x", "q "].map(keyOf)).to.deep.equal(["stop", "quit", "quit", undefined, "stop"]);
  });

  it("shows every letter of a mode in three rows of the same width", () => {
    for (const mode of ["offline", "disabled", "idle", "running", "resetting", "holding", "stopped", "manual"]) {
      const rows = bigLetters(mode);
      expect(rows.map((row) => row.length)).to.deep.equal(Array(3).fill(4 * mode.length - 1));
      for (let i = 0; i < mode.length; i++)
        expect(
          rows
            .map((row) => row.slice(4 * i, 4 * i + 3))
            .join("")
            .trim(),
          mode,
        ).to.not.equal("");
    }
    expect(new Set([..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => bigLetters(letter).join())).size).to.equal(26);
  });

  it("breaks text between words, and says where it was cut", () => {
    expect(wrapped("one two three", 7, 3)).to.deep.equal(["one two", "three"]);
    expect(wrapped("one two three four", 7, 2)).to.deep.equal(["one two", "three …"]);
    expect(harmless("a\u001b[2Jb\nc")).to.equal("a [2Jb c");
  });
});
