import { EventEmitter } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { runCli, type Verb } from "../../launch/cli.ts";
import type { VerbShelf } from "../../launch/arguments.ts";
import { interruptsFrom } from "../../launch/interrupt.ts";
import { at, filesIn, fixture, make, onarm, start, tiny, write } from "./verbs.run.ts";

const verbs = new URL("../../launch/verbs/", import.meta.url);
const shelf: VerbShelf = {
  names: readdirSync(verbs).map((file) => file.replace(".ts", "")),
  load: async (name) => ((await import(new URL(`${name}.ts`, verbs).href)) as { verb: Verb }).verb,
};

/** The command line over the real verbs in this process: a second a row is saved, and no row may get far enough to need more. */
async function commandLine(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const say = (text: string) => void err.push(text);
  const progress = { write: (text: string) => say(text.trimEnd()), terminal: false, width: 80, now: () => 0 };
  const interrupts = interruptsFrom(
    new EventEmitter(),
    () => 0,
    say,
    () => {},
  );
  const code = await runCli(
    [...args, "--json"],
    shelf,
    "0.0.0",
    { out: (line) => void out.push(line), err: say, progress },
    interrupts,
  );
  return { code, err: err.map((line) => `${line}\n`).join(""), json: JSON.parse(out.at(-1)!) as { error: { message: string } } };
}

/** A copy of a folder of the fixture with one of its files changed. */
function spoiled(from: string, file: string, spoil: (bytes: Buffer) => Buffer | string): string {
  const to = at("spoiled", `${from}-${names++}`);
  cpSync(at(from), to, { recursive: true });
  writeFileSync(`${to}/${file}`, spoil(readFileSync(`${to}/${file}`)));
  return to;
}
let names = 0;
const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
const flipped = (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 5]! ^= 1;
  return copy;
};
const without = (file: string) => (from: string) => {
  const to = spoiled(from, file, (bytes) => bytes);
  rmSync(`${to}/${file}`);
  return to;
};
const weights = "weights.safetensors";
const evaluate = (bundle: string, ...more: string[]) => ["evaluate", "--bundle", bundle, "--tasks", "2", ...more];
const train = (dataset: string, ...more: string[]) => ["meta-train", "--dataset", dataset, "--updates", "10", ...more];
const practise = (bundle: string, dataset: string, ...more: string[]) => [
  "practise",
  "--bundle",
  bundle,
  "--dataset",
  dataset,
  ...more,
];
const judge = (incumbent: string, candidate: string) => ["gate", "--incumbent", incumbent, "--candidate", candidate];
const config = (text: string) => ["--config", write(`config-${names++}.yaml`, text)];

/** Each: what is wrong, the command line, and what the one sentence must name: the thing, and the way out. */
const table: readonly (readonly [string, () => readonly string[], RegExp])[] = [
  ["an unknown verb", () => ["practice"], /unknown verb 'practice'.*(practise|--help)/],
  ["no verb", () => [], /no verb.*--help/],
  ["an unknown flag", () => evaluate(at("bundle"), "--fast"), /--fast.*onarm evaluate --help/],
  ["a missing flag", () => ["dataset"], /--domain.*onarm dataset --help/],
  ["an unknown domain", () => ["dataset", "--domain", "pointy"], /"pointy".*point, point-sparse, sawyer/],
  ["a negative number", () => ["dataset", "--domain", "point", "--tasks", "-3"], /--tasks.*from 1/],
  ["a number that is none", () => evaluate(at("bundle"), "--tasks", "NaN"), /--tasks.*number/],
  ["a fraction of a task", () => train(at("dataset"), "--updates", "1.5"), /--updates.*whole number/],
  ["an infinite number", () => practise(at("bundle"), at("dataset"), "--steps", "Infinity"), /--steps.*number/],
  ["a negative seed", () => evaluate(at("bundle"), "--seed", "-1"), /--seed.*number/],
  ["an unknown algorithm", () => train(at("dataset"), "--algo", "ppo"), /ppo.*smac/],
  [
    "a beginning that no arm has",
    () => evaluate(at("bundle"), "--begin", "anywhere"),
    /--begin anywhere.*point.*leave the flag out/,
  ],
  ["an unknown context", () => evaluate(at("bundle"), "--context", "others"), /others.*own, offline, none/],
  ["an unknown thing for the gate to do", () => ["gate", "demote"], /demote.*rollback/],
  ["a gate without a candidate", () => ["gate", "--incumbent", at("bundle")], /--candidate is missing; name/],
  ["a gate with too few tasks", () => [...judge(at("bundle"), at("bundle")), "--tasks", "5"], /--tasks.*from 20/],

  ["a missing bundle", () => evaluate(at("nowhere")), /nowhere: no bundle here.*name the folder/],
  ["a file in place of a bundle", () => evaluate(tiny), /tiny\.yaml.*name the folder/],
  ["a dataset in place of a bundle", () => evaluate(at("dataset")), /dataset.*not a bundle/],
  ["truncated weights", () => evaluate(spoiled("bundle", weights, half)), /weights\.safetensors.*sha-256.*restore/],
  ["weights with one bit flipped", () => evaluate(spoiled("bundle", weights, flipped)), /weights\.safetensors.*sha-256.*restore/],
  ["a bundle without weights", () => evaluate(without(weights)("bundle")), /weights\.safetensors is missing; copy/],
  ["a manifest that is not JSON", () => evaluate(spoiled("bundle", "manifest.json", half)), /manifest\.json: not JSON; restore/],
  [
    "a manifest with a field of another kind",
    () => evaluate(spoiled("bundle", "manifest.json", (b) => `${b}`.replace('"horizon": 20', '"horizon": "20"'))),
    /manifest\.json: spec\.horizon/,
  ],
  [
    "a bundle that says it fits another arm",
    () => evaluate(spoiled("bundle", "manifest.json", (b) => `${b}`.replace('"period": 0.1', '"period": 0.2'))),
    /period is 0\.2 in the bundle and 0\.1/,
  ],
  [
    "a bundle for another domain",
    () => evaluate(at("bundle"), "--domain", "sawyer"),
    /domain is "point" in the bundle and "sawyer".*use a bundle/,
  ],
  ["the gate between two domains", () => judge(at("bundle"), at("sparse-bundle")), /domain is "point-sparse".*use a bundle/],
  ["the gate with a damaged candidate", () => judge(at("bundle"), spoiled("bundle", weights, flipped)), /sha-256.*restore/],
  ["a promotion of nothing", () => ["gate", "promote", "--candidate", at("nowhere")], /nowhere: no bundle here/],

  [
    "a beginning of another domain",
    () => train(at("dataset"), "--from", at("sparse-bundle")),
    /domain is "point-sparse".*use a bundle/,
  ],
  [
    "a beginning of another algorithm",
    () => train(at("dataset"), "--from", at("bundle"), "--algo", "bc"),
    /made by smac.*--algo smac/,
  ],
  ["a beginning with other nets", () => train(at("dataset"), "--from", at("bundle")), /--from.*nets.*manifest\.json/],
  ["a beginning that is no bundle", () => train(at("dataset"), "--from", at("dataset")), /dataset.*not a bundle/],

  ["a missing dataset", () => train(at("nowhere")), /nowhere: no dataset here.*onarm dataset/],
  [
    "a truncated dataset",
    () => train(spoiled("dataset", "transitions.safetensors", half)),
    /sha-256.*make it again with: onarm dataset/,
  ],
  [
    "a dataset with one bit flipped",
    () => train(spoiled("dataset", "transitions.safetensors", flipped)),
    /sha-256.*make it again/,
  ],
  [
    "a dataset whose manifest is not JSON",
    () => train(spoiled("dataset", "manifest.json", half)),
    /manifest\.json: not JSON; restore/,
  ],
  [
    "a dataset of a domain that does not exist",
    () => train(spoiled("dataset", "manifest.json", (b) => `${b}`.replace('"point"', '"pointy"'))),
    /"pointy".*point, point-sparse/,
  ],
  [
    "a dataset of another domain",
    () => practise(at("bundle"), at("sparse-dataset")),
    /made for domain point-sparse, not point; name/,
  ],
  [
    "a dataset that is not the bundle's own",
    () => practise(at("bundle"), at("dataset-2")),
    /is not the dataset this bundle was made from/,
  ],
  [
    "practice with a damaged dataset",
    () => practise(at("bundle"), spoiled("dataset", "transitions.safetensors", flipped)),
    /sha-256.*make it again/,
  ],
  [
    "going on without a checkpoint",
    () => practise(at("bundle"), at("dataset"), "--tasks", "0", "--resume"),
    /no checkpoint here; start without --resume/,
  ],

  [
    "a config file that is missing",
    () => train(at("dataset"), "--config", at("nowhere.yaml")),
    /nowhere\.yaml does not exist; check/,
  ],
  ["a config that is not YAML", () => train(at("dataset"), ...config("a: [")), /not YAML.*correct/],
  ["a config with an unknown key", () => train(at("dataset"), ...config("learningrate: 0.1\n")), /learningrate.*(correct|leave)/],
  [
    "a config with an unknown key deep inside",
    () => train(at("dataset"), ...config("practice: { speed: 2 }\n")),
    /practice\.speed/,
  ],
  ["a config with NaN", () => train(at("dataset"), ...config("discount: .nan\n")), /discount.*correct/],
  ["a config with a value out of its range", () => train(at("dataset"), ...config("discount: 1.5\n")), /discount.*correct/],
  [
    "a decoder that does not fit the rewards",
    () => train(at("dataset"), ...config("head: bernoulli\n")),
    /bernoulli.*use gaussian/,
  ],
  [
    "practice with a config that does not fit the bundle's nets",
    () => practise(at("bundle"), at("dataset"), "--tasks", "0", ...config("nets: { policy: [32] }\n")),
    /nets.*leave both keys out/,
  ],
  [
    "practice with a config that practises nothing",
    () =>
      practise(at("bundle"), at("dataset"), "--tasks", "0", ...config("practice: { priorEpisodes: 0, posteriorEpisodes: 0 }\n")),
    /Episodes/,
  ],

  ["nothing to inspect", () => ["inspect", at("nowhere")], /nowhere does not exist; a recording .* is needed/],
  ["a folder that is nothing of ours", () => ["inspect", at("empty")], /no readable manifest\.json; a recording .* is needed/],
  ["a file that is no recording", () => ["inspect", tiny], /tiny\.yaml is not a recording/],
  ["stops of something that has none", () => ["inspect", at("bundle"), "--stops"], /--stops is for recordings/],
  ["nothing to recover", () => ["recover", at("nowhere.mcap")], /there is no file .*nowhere\.mcap; check/],
  ["a file to recover that was never a recording", () => ["recover", tiny], /tiny\.yaml is not a recording/],
];

describe("Bad input: exit 2, one sentence that names what, where and the way out, and nothing half-written", function () {
  this.timeout(60_000);
  before(async () => {
    await fixture();
    mkdirSync(at("empty"));
    await Promise.all([make.dataset("dataset-2", 2), make.dataset("sparse-dataset", 1, "point-sparse")]);
    await make.metaTrain("sparse-dataset", "sparse-bundle", 1);
  });

  for (const [what, args, sentence] of table)
    it(what, async () => {
      const out = at("refused", String(names++), "deep");
      const { code, err, json } = await commandLine(...args(), "--out", out);
      expect(code, err).to.equal(2);
      const said = err.split("\n").filter((text) => text !== "" && !/^\w+( \w+)? +\d+ %/.test(text));
      expect(said, err).to.have.length(1);
      expect(said[0])
        .to.match(/^onarm: /)
        .and.match(sentence);
      expect(json.error.message).to.equal(said[0]!.replace("onarm: ", ""));
      expect(filesIn(out)).to.deep.equal([]);
    });

  it("is the same from the program itself", async () => {
    for (const args of [["practice"], ["evaluate", "--bundle", at("nowhere")], ["dataset", "--domain", "pointy"]]) {
      const [program, here] = [await onarm(...args), await commandLine(...args)];
      expect([program.code, program.json, program.err]).to.deep.equal([2, here.json, here.err]);
    }
  });

  it("shows where it happened only to those who ask", async () => {
    const plain = await start(evaluate(at("nowhere"))).ended;
    const debug = await start(evaluate(at("nowhere"), "--debug")).ended;
    expect(plain.err).to.not.match(/\n\s+at /);
    expect(debug.err).to.match(/\n\s+at /);
    expect([plain.code, debug.code]).to.deep.equal([2, 2]);
  });
});
