import { EventEmitter } from "node:events";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { runCli, type Verb } from "../../launch/cli.ts";
import { interruptsFrom } from "../../launch/interrupt.ts";
import { at, filesIn, start, write, type Ended } from "./verbs.run.ts";

const tiny = write(
  "study.yaml",
  `smac: { nets: { latent: 2, encoder: [16], decoder: [16], policy: [16], critic: [16] } }
`,
);
const sizes = "--train-tasks 4 --episodes 4 --updates 200 --steps 200 --tasks 4 --curve-tasks 2 --jobs 1";
const study = (out: string, more = "") =>
  start([
    ..."study --domain point --algos smac,bc --controls none --seeds 1 --config".split(" "),
    tiny,
    ...`${sizes} --out`.split(" "),
    at(out),
    ...more.split(" ").filter(Boolean),
  ]);

/** Everything in the answer that is not time or place. */
const numbers = ({ json }: Ended) => {
  const algorithms = json.algorithms as Record<string, Record<string, unknown>>;
  return Object.fromEntries(Object.entries(algorithms).map(([name, { compute: _, ...rest }]) => [name, rest]));
};

describe("onarm study", function () {
  this.timeout(600_000);
  let whole: Ended;
  before(async () => void (whole = await study("whole").ended));

  it("answers with each algorithm's return and interval, and names figures that exist", () => {
    expect(whole.code, whole.err).to.equal(0);
    const { algorithms, figures, cells, report } = whole.json;
    expect(Object.keys(algorithms)).to.deep.equal(["smac", "bc"]);
    for (const { return: r, ci95 } of Object.values(algorithms) as { return: number; ci95: [number, number] }[]) {
      expect(ci95[0]).to.be.at.most(r);
      expect(ci95[1]).to.be.at.least(r);
    }
    expect(cells).to.deep.equal({ done: 7, total: 7 });
    expect(figures.map((file: string) => path.basename(file))).to.include.members([
      "returns.svg",
      "curves.svg",
      "latents-smac.svg",
    ]);
    for (const file of figures as string[]) expect(readFileSync(file, "utf8")).to.match(/^<svg [^>]*>.*<\/svg>\n$/s);
    expect(readFileSync(report, "utf8")).to.contain("onarm study --domain point --algos smac,bc");
    expect(filesIn(whole.json.tensorboard).filter((file) => file.includes("tfevents"))).to.have.length(3);
  });

  it("repeated, also with other words about what is printed, does no cell again and answers the same", async () => {
    const cell = at("whole", "cells", "1-smac-offline-train.json");
    const before = statSync(cell).mtimeMs;
    const again = await study("whole", "--quiet").ended;
    expect(statSync(cell).mtimeMs).to.equal(before);
    expect(again.json.algorithms).to.deep.equal(whole.json.algorithms);
  });

  it("stopped in a phase, then killed, goes on to the very numbers of a study that was left alone", async () => {
    // A curve's first snapshot: the offline phase is under way.
    const first = study("broken");
    await first.when(() => existsSync(at("broken", "work", "1-smac-offline-train.now")));
    first.interrupt();
    const stopped = await first.ended;
    expect(stopped.code, stopped.err).to.equal(0);
    expect(stopped.json.interrupted).to.equal(true);
    expect(stopped.json.cells.done).to.be.below(7);
    expect(existsSync(at("broken", "work", "1-smac-offline-train.checkpoint"))).to.equal(true);

    const second = study("broken");
    await second.when(() => existsSync(at("broken", "cells", "1-smac-offline-train.json")));
    second.kill("study");
    await second.ended;
    await second.gone();

    const third = await study("broken").ended;
    expect(third.code, third.err).to.equal(0);
    expect(numbers(third)).to.deep.equal(numbers(whole));
  });

  it("refuses data that were exchanged after they were made", async () => {
    const manifest = filesIn(at("whole", "data")).find((file) => file.endsWith("manifest.json"))!;
    const cell = at("whole", "cells", "1-dataset.json");
    const made = JSON.parse(readFileSync(cell, "utf8")) as object;
    write(path.join("whole", "cells", "1-dataset.json"), JSON.stringify({ ...made, sha256: "0".repeat(64) }));
    rmSync(at("whole", "cells", "1-bc-offline-train.json"));
    const refused = await study("whole").ended;
    expect(refused.code).to.equal(2);
    expect(refused.err).to.contain(`${path.dirname(manifest)}: its sha-256`);
  });
});

/** The command line in this process: no row gets as far as to need another. */
async function refusal(...args: string[]): Promise<string> {
  const [out, err]: [string[], string[]] = [[], []];
  const say = (text: string) => void err.push(text);
  const nothing = () => {};
  const shelf = {
    names: ["study"],
    load: async () => ((await import("../../launch/verbs/study.ts")) as unknown as { verb: Verb }).verb,
  };
  const progress = { write: say, terminal: false, width: 80, now: () => 0 };
  const interrupts = interruptsFrom(new EventEmitter(), () => 0, say, nothing);
  const code = await runCli(
    ["study", ...args],
    shelf,
    "0.0.0",
    { out: (line) => void out.push(line), err: say, progress },
    interrupts,
  );
  expect(code, out.join()).to.equal(2);
  expect(err).to.have.length(1);
  return err[0]!;
}

describe("onarm study refuses in one sentence", () => {
  const rows: readonly [what: string, args: string, message: RegExp][] = [
    [
      "an algorithm that is none",
      "--domain point --algos smac,sac",
      /--algos sac: is none; give some of smac,awac,pearl,macaw,bc, or all/,
    ],
    ["no algorithm", "--domain point --algos ,", /--algos: names none/],
    ["a control that is none", "--domain point --algos smac --controls placebo", /--controls placebo: is none/],
    ["a domain that is none", "--domain moon", /domain "moon" is unknown; the domains are point/],
    ["no domain", "", /required option '--domain <name>' not specified/],
    ["no seed", "--domain point --seeds 0", /a whole number from 1 to 1000 is needed/],
    ["updates that are no number", "--domain point --updates many", /--updates many: "many" is no number/],
    ["no updates", "--domain point --updates 0", /--updates 0: "0" is no number from 1/],
    [
      "updates of an algorithm that is not there",
      "--domain point --algos bc --updates 9,smac=9",
      /"smac" is no algorithm of this study/,
    ],
    ["data that are none", "--domain point --dataset nowhere", /nowhere: no dataset here/],
    ["a folder where none can be made", "--domain point --out /proc/onarm/study", /does not exist; check the path/],
    ["a folder below a file", `--domain point --out ${tiny}/study`, /study\.yaml/],
    [
      "a config for an algorithm that is not there",
      `--domain point --algos bc --config ${tiny}`,
      /study\.yaml: smac: no algorithm of this study/,
    ],
    [
      "a key that an algorithm has not",
      `--domain point --algos bc --config ${write("wrong.yaml", "bc: { klWeight: 1 }\n")}`,
      /wrong\.yaml: bc: klWeight/,
    ],
  ];
  for (const [what, args, message] of rows)
    it(what, async () => expect(await refusal(...args.split(" ").filter(Boolean))).to.match(message));
});
