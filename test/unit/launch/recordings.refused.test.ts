import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { recordedDataset } from "../../../launch/recordings/recordedDataset.ts";
import { episodesOf } from "../../../launch/running/episodes.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";
import { driven, file, from, labels, one, opening, refusal, scratch, seenWith } from "../../support/armRecording.ts";
import { commandLine } from "../../support/realVerbs.ts";

const DRAWER_TRAVEL = sawyerSpec.observation.findIndex(({ name }) => name === "drawer_travel");

describe("recordings are refused, nothing written, when", () => {
  const good = () => file(driven(0, { opened: opening }));
  const odd = async (change: (record: object) => object) =>
    file(
      driven(0, { opened: opening }).map((r) =>
        r.channel === "/onarm/transition" && r.step === 2 ? change(r) : r,
      ) as ReturnType<typeof driven>,
    );
  for (const [what, asked, expected] of [
    [
      "there is no such file",
      async () => ({ from: [path.join(scratch, "none.mcap")] }),
      /none\.mcap.*does not exist.*name a recording/,
    ],
    [
      "a folder holds none",
      async () => ({ from: [path.dirname(new URL(import.meta.url).pathname)] }),
      /no recording .*name another/,
    ],
    ["a file is no recording", async () => ({ from: [await labels({ episode: 0 })] }), /labels-.*recording/],
    [
      "it is of another domain",
      async () => ({ from: [await file(driven(0, { opened: opening }), { domain: "point" })] }),
      /recorded in the domain point, not sawyer; leave it out/,
    ],
    [
      "its observations are of another width",
      async () => ({ from: [await odd((r) => ({ ...r, observation: Float32Array.of(1, 2) }))] }),
      /episode 0, step 2: the observation has 2 numbers, sawyer has \d+; it was recorded by another version/,
    ],
    [
      "its actions are of another width",
      async () => ({ from: [await odd((r) => ({ ...r, action: Float32Array.of(1) }))] }),
      /step 2: the action has 1 numbers/,
    ],
    [
      "it holds a NaN",
      async () => ({
        from: [await odd((r) => ({ ...r, observation: seenWith(0).fill(NaN, DRAWER_TRAVEL, DRAWER_TRAVEL + 1) }))],
      }),
      /step 2: the observation's drawer_travel is NaN; discard/,
    ],
    [
      "it does not tell its scene",
      async () => ({ from: [await file(driven(0, { opened: opening, scene: null }))] }),
      /episode 0 does not tell how its scene was set out; leave its recording out/,
    ],
    [
      "its numbers mean something else than this version's",
      async () => ({ from: [await file(driven(0, { opened: opening, fields: "c0ffee" }))] }),
      /episode 0 holds numbers of another meaning or scale.*record it again/,
    ],
    [
      "it does not tell what its numbers mean",
      async () => ({ from: [await file(driven(0, { opened: opening, fields: null }))] }),
      /episode 0 does not tell what its numbers mean/,
    ],
    [
      "nobody knows what was wanted",
      async () => ({ from: [await file(driven(0, { opened: opening, aim: null }))] }),
      /episode 0 does not tell what was wanted; name it with --aim/,
    ],
    ["nothing was recorded", async () => ({ from: [await file([])] }), /no episode was recorded; drive some first/],
    [
      "no episode has a whole step",
      async () => ({ from: [await file(driven(0, { opened: [0], cut: true }))] }),
      /no episode is left of 1: 1 without a whole step/,
    ],
    [
      "the aim asks for nothing in the scene",
      async () => ({ from: [await good()], aims: ["close-drawer"] as const }),
      /close-drawer asks nothing of: name another --aim/,
    ],
    [
      "a person is to label, and did not",
      async () => ({ from: [await good()], label: "person" as const }),
      /1 without rewards: give --labels/,
    ],
    [
      "labels are given that nobody asked for",
      async () => ({ from: [await good()], labels: await labels({ episode: 0 }) }),
      /--labels are a person's; add --label person/,
    ],
    [
      "one person labels for several aims",
      async () => ({ from: [await good()], label: "person" as const, aims: ["reach", "open-drawer"] as const }),
      /name the one that was meant/,
    ],
    ["the dataset beside them is none", async () => ({ from: [await good()], with: scratch }), /no dataset here/],
  ] as const)
    it(what, async () => {
      const before = await readdir(scratch);
      const flags = await asked();
      const made = await readdir(scratch);
      const context = { out: path.join(scratch, "refused"), seed: 1, log: () => {} } as unknown as Parameters<
        typeof recordedDataset
      >[1];
      const { aims, ...rest } = { aims: undefined, ...flags };
      const job = recordedDataset(
        { label: "predicate", ...rest, ...(aims ? { aim: (aims as readonly string[]).join() } : {}) },
        context,
      );
      expect(await refusal(job)).to.match(expected);
      expect(await readdir(scratch)).to.deep.equal(made);
      expect(before).to.not.include("refused");
    });

  for (const [what, line, expected] of [
    ["is no JSON", "{episode: 3}", /line 2: is no label; write/],
    ["has a key of no meaning", { episode: 0, success: true }, /line 2: is no label/],
    ["says both", { episode: 0, success_from_step: 1, reward: [0] }, /line 2: is no label/],
    [
      "tells of an episode that is not there",
      { episode: 7, success_from_step: 1 },
      /line 2: episode 7 is in none of the recordings/,
    ],
    [
      "tells of a recording that is not there",
      { episode: 0, recording: "x.mcap", success_from_step: 1 },
      /episode 0 of x\.mcap is in none/,
    ],
    [
      "tells of a step that is not there",
      { episode: 0, success_from_step: 5 },
      /success_from_step 5: the episode has the steps 0 to 4/,
    ],
    ["gives too few rewards", { episode: 0, reward: [0, -1] }, /2 rewards, and the episode has 5 steps/],
    [
      "gives a reward that the domain has not",
      { episode: 0, reward: [0, 0, 0, 0, 1] },
      /step 4 is 1; in sawyer a step's reward is -1, or 0/,
    ],
  ] as const)
    it(`a label ${what}`, async () => {
      const said = await labels({ episode: 0, success_from_step: 0 }, line);
      expect(await refusal(one({ opened: opening }, { label: "person", labels: said }))).to.match(expected);
    });

  it("a label could be of either of two recordings", async () => {
    const two = await Promise.all([0, 1].map((n) => file(driven(0, { opened: opening }), { name: `either-${n}.mcap` })));
    const either = { episode: 0, success_from_step: 0 };
    const asked = { from: two, label: "person" as const };
    expect(await refusal(from({ ...asked, labels: await labels(either) }))).to.match(
      /episode 0 is in 2 recordings; add "recording": "either-0\.mcap"/,
    );
    const made = await from({ ...asked, labels: await labels({ ...either, recording: "either-1.mcap" }) });
    expect([made.episodes.length, made.leftOut.unlabelled]).to.deep.equal([1, 1]);
  });

  it("the list of episodes is damaged in its middle", async () => {
    const recording = await good();
    await writeFile(episodesOf(recording), `nonsense\n{"number":0,"keep":true}\n`);
    expect(await refusal(from({ from: [recording] }))).to.match(/episodes\.jsonl: line 1 tells of no episode/);
  });

  it("the folder for the dataset is the one that holds them", async () => {
    const recording = await file(driven(0, { opened: opening }), { name: "here/run.mcap" });
    const context = { out: path.dirname(recording), seed: 1, log: () => {} } as unknown as Parameters<typeof recordedDataset>[1];
    expect(await refusal(recordedDataset({ from: [recording], label: "predicate" }, context))).to.match(
      /--out .*replaced; name another folder/,
    );
    expect(await readdir(path.dirname(recording))).to.deep.equal(["run.mcap"]);
  });

  for (const [what, flags, expected] of [
    ["neither a domain nor a recording is named", [], /--domain names whose behaviour makes the data, or --from recordings/],
    [
      "they are to be of another domain",
      ["--from", scratch, "--domain", "point"],
      /leave --domain point out, or say --domain sawyer/,
    ],
    ["an aim is none", ["--from", scratch, "--aim", "reach,throw"], /--aim throw: the aims are reach, open-drawer/],
    ["labels are named without them", ["--domain", "sawyer", "--label", "recorded"], /are of recordings; name them with --from/],
  ] as const)
    it(what, async () => {
      const { code, json } = await commandLine("dataset", ...flags);
      expect(code).to.equal(2);
      expect(json.error.message).to.match(expected);
    });
});
