import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { isOnarmError } from "../../../src/domain/errors.ts";
import type { DomainSpec } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "../../../src/engine/safetensors.ts";
import { readBundle, requireSpec, writeBundle, type BundleManifest } from "../../../src/policy/bundle.ts";
import { deployedShapes } from "../../../src/policy/nets.ts";
import { tinySpec } from "../learning/tiny.ts";

type About = Parameters<typeof writeBundle>[1];
type Json = Record<string, unknown>;

const spec = tinySpec();
const nets = { latent: 2, encoder: [5, 4], decoder: [4], policy: [4], critic: [4, 3] };
const about = (over: Partial<About["provenance"]> = {}): About => ({
  spec: { ...spec, observation: [...spec.observation], action: [...spec.action] },
  nets,
  head: "gaussian",
  algorithm: "smac",
  preset: "default",
  config: { discount: 0.9 },
  metaTest: { explorations: 2, latentPeriod: "episode", scoredLatent: "mean", contextRows: 64 },
  provenance: {
    command: "onarm meta-train --seed 7",
    commit: "0123abc",
    seed: 7,
    dataset: { sha256: "ab".repeat(32), taskSeed: 1, tasks: 3 },
    parent: null,
    updates: 10,
    practiceSteps: 0,
    practice: "none",
    metrics: { decoderR2: 0.97 },
    ...over,
  },
});
const drawn = (label: string) => {
  const r = rng("bundle", label);
  return Object.fromEntries(
    Object.entries(deployedShapes(spec, nets, "gaussian")).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => r.normal()) },
    ]),
  );
};
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

describe("a bundle", () => {
  let folder: string;
  let whole: string;
  let at: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "onarm-bundle-"));
    whole = path.join(folder, "whole");
    await writeBundle(whole, about(), drawn("first"));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    at = path.join(folder, "copy");
    await rm(at, { recursive: true, force: true });
    await cp(whole, at, { recursive: true });
  });

  const file = (name: string) => path.join(at, name);
  const refusal = async (read: () => unknown = () => readBundle(at)) => {
    let error: unknown;
    await Promise.resolve()
      .then(read)
      .catch((e: unknown) => (error = e));
    expect(isOnarmError(error), `an error of ours, not ${String(error)}`).to.equal(true);
    return error as { code: string; message: string };
  };
  const rewrite = async (change: (manifest: Json) => unknown) => {
    const manifest = JSON.parse(await readFile(file("manifest.json"), "utf8")) as Json;
    await writeFile(file("manifest.json"), JSON.stringify(change(manifest) ?? manifest));
  };
  /** Other weights under a manifest that promises exactly them. */
  const reweigh = async (change: (tensors: TensorFile["tensors"]) => void) => {
    const decoded = decodeSafetensors(await readFile(file("weights.safetensors")), "here");
    change(decoded.tensors);
    const bytes = encodeSafetensors(decoded);
    await writeFile(file("weights.safetensors"), bytes);
    await rewrite((m) => ({ ...m, files: { "weights.safetensors": { sha256: sha256(bytes), bytes: bytes.length } } }));
  };

  describe("round trip", () => {
    it("brings back every weight, the spec and the manifest, under the hash of its manifest", async () => {
      const { tensors, manifest, spec: read, hash } = await readBundle(whole);
      expect(tensors).to.deep.equal(Object.fromEntries(Object.entries(drawn("first")).map(([name, t]) => [name, t.data])));
      expect(read).to.deep.equal(spec);
      const { files, schema, kind, ...rest } = manifest;
      expect(rest).to.deep.equal(about());
      expect([schema, kind]).to.deep.equal([1, "bundle"]);
      expect(files["weights.safetensors"].sha256).to.equal(sha256(await readFile(path.join(whole, "weights.safetensors"))));
      expect(hash).to.equal(sha256(await readFile(path.join(whole, "manifest.json"))));
    });

    it("has the same hash for the same content, another for another", async () => {
      const hashOf = async (name: string, over: Partial<About["provenance"]>, label: string) =>
        (await writeBundle(path.join(folder, name), about(over), drawn(label))).hash;
      const { hash } = await readBundle(whole);
      expect(await hashOf("again", {}, "first")).to.equal(hash);
      expect(await hashOf("other seed", { seed: 8 }, "first")).to.not.equal(hash);
      expect(await hashOf("other weights", {}, "second")).to.not.equal(hash);
    });

    it("replaces the bundle that stands there, and leaves nothing half-written beside it", async () => {
      await writeBundle(at, about({ seed: 9 }), drawn("second"));
      expect((await readBundle(at)).manifest.provenance.seed).to.equal(9);
      expect((await readdir(at)).sort()).to.deep.equal(["manifest.json", "weights.safetensors"]);
      expect((await readdir(folder)).filter((name) => name.includes("writing"))).to.deep.equal([]);
    });

    it("leaves out a metric that could not be measured, and is a bundle all the same", async () => {
      const { manifest } = await writeBundle(at, about({ metrics: { decoderAuc: NaN, decoderR2: 0.9 } }), drawn("first"));
      expect(manifest.provenance.metrics).to.deep.equal({ decoderR2: 0.9 });
    });

    it("keeps the bundle that stands there when the new one is no good", async () => {
      const { hash } = await readBundle(at);
      const torn = { ...drawn("second"), "pi.b0": { shape: [4], data: new Float32Array(4).fill(NaN) } };
      expect((await refusal(() => writeBundle(at, about(), torn))).code).to.equal("file.damaged");
      const { "pi.b0": _gone, ...short } = drawn("second");
      expect((await refusal(() => writeBundle(at, about(), short))).code).to.equal("bundle.mismatch");
      expect((await readBundle(at)).hash).to.equal(hash);
      expect((await readdir(folder)).filter((name) => name.includes("writing"))).to.deep.equal([]);
    });
  });

  describe("is refused, saying what, where and the remedy, when", () => {
    it("there is none", async () => {
      const { code, message } = await refusal(() => readBundle(path.join(folder, "nowhere")));
      expect(code).to.equal("file.missing");
      expect(message).to.include("nowhere").and.include("meta-train");
    });

    it("its weights are missing", async () => {
      await rm(file("weights.safetensors"));
      const { code, message } = await refusal();
      expect([code, message.includes("weights.safetensors is missing")]).to.deep.equal(["file.missing", true]);
    });

    it("its weights are cut, at any byte", async () => {
      const bytes = await readFile(file("weights.safetensors"));
      for (const cut of [0, 1, 8, Math.floor(bytes.length / 2), bytes.length - 1]) {
        await writeFile(file("weights.safetensors"), bytes.subarray(0, cut));
        const { code, message } = await refusal();
        expect([code, message.includes(file("weights.safetensors"))], `cut at ${cut}`).to.deep.equal(["file.damaged", true]);
      }
    });

    it("one bit of its weights is turned, wherever it is", async () => {
      const bytes = await readFile(file("weights.safetensors"));
      for (const where of [0, 9, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const turned = Buffer.from(bytes);
        turned[where]! ^= 4;
        await writeFile(file("weights.safetensors"), turned);
        expect((await refusal()).code, `at ${where}`).to.equal("file.damaged");
      }
    });

    for (const bad of [NaN, Infinity])
      it(`a weight is ${bad}, though the hash is right`, async () => {
        await reweigh((tensors) => (tensors["pi.w0"]!.data[5] = bad));
        const { code, message } = await refusal();
        expect([code, message.includes("pi.w0")]).to.deep.equal(["file.damaged", true]);
      });

    for (const [what, change] of [
      ["has another shape of the same size", (t: TensorFile["tensors"]) => (t["pi.w0"]!.shape = [4, 5])],
      ["is longer", (t: TensorFile["tensors"]) => (t["pi.w0"] = { shape: [5, 5], data: new Float32Array(25) })],
      ["is absent", (t: TensorFile["tensors"]) => delete t["pi.w0"]],
    ] as const)
      it(`a tensor ${what}, though the hash is right`, async () => {
        await reweigh(change);
        const { code, message } = await refusal();
        expect(code).to.equal("bundle.mismatch");
        expect(message).to.include("pi.w0 should be (5, 4)");
      });

    it("a tensor is not of floats", async () => {
      await reweigh((tensors) => (tensors["pi.b0"] = { shape: [4], data: new Int32Array(4) }));
      expect((await refusal()).code).to.equal("file.damaged");
    });

    it("its manifest is cut or no JSON", async () => {
      const text = await readFile(file("manifest.json"), "utf8");
      for (const broken of ["", "{", text.slice(0, text.length / 2), "[]", "null"]) {
        await writeFile(file("manifest.json"), broken);
        const { code, message } = await refusal();
        expect([code, message.includes(file("manifest.json"))], broken.slice(0, 9)).to.deep.equal(["file.damaged", true]);
      }
    });

    const manifests: readonly (readonly [what: string, named: string, change: (m: Json) => unknown])[] = [
      ["is of another version", "schema", (m) => ({ ...m, schema: 2 })],
      ["is of another kind", "kind", (m) => ({ ...m, kind: "dataset" })],
      ["has a key of no meaning", "Unrecognized key", (m) => ({ ...m, colour: "red" })],
      ["has an unknown key inside", "provenance", (m) => ({ ...m, provenance: { ...(m["provenance"] as Json), colour: "red" } })],
      ["lacks its nets", "nets", ({ nets: _nets, ...m }) => m],
      ["has a width that is no width", "nets.latent", (m) => ({ ...m, nets: { ...nets, latent: -2 } })],
      [
        "has a scale of 0",
        "spec.observation.0.scale",
        (m) => ({ ...m, spec: { ...spec, observation: [{ ...spec.observation[0], scale: 0 }] } }),
      ],
      ["has a period of null, as NaN is written", "spec.period", (m) => ({ ...m, spec: { ...spec, period: NaN } })],
      ["promises no weights", "files", (m) => ({ ...m, files: {} })],
    ];
    for (const [what, named, change] of manifests)
      it(`its manifest ${what}`, async () => {
        await rewrite(change);
        const { code, message } = await refusal();
        expect(code).to.equal("file.damaged");
        expect(message).to.include(file("manifest.json")).and.include(named);
      });
  });

  describe("for another domain or arm is refused before motion, naming what differs:", () => {
    const field = spec.observation[0]!;
    const other = (over: Partial<DomainSpec>): DomainSpec => ({ ...spec, ...over });
    const first = (change: object) => other({ observation: [{ ...field, ...change }, ...spec.observation.slice(1)] });
    const cases: readonly (readonly [named: string, domain: DomainSpec])[] = [
      ["domain", other({ name: "other" })],
      ["observation width", other({ observation: spec.observation.slice(1) })],
      ["action width", other({ action: [...spec.action, field] })],
      ["observation[0].name", first({ name: "z" })],
      ["observation[0].unit", first({ unit: "mm" })],
      ["observation[0].offset", first({ offset: 0.1 })],
      ["observation[0].scale", first({ scale: 2 })],
      ["action[1].scale", other({ action: [spec.action[0]!, { ...spec.action[1]!, scale: 0.5 }] })],
      ["horizon", other({ horizon: 6 })],
      ["period", other({ period: 0.05 })],
      ["reward", other({ reward: { kind: "sparse", low: -1 } })],
    ];
    for (const [named, domain] of cases)
      it(named, async () => {
        const { code, message } = await refusal(async () => requireSpec(await readBundle(whole), domain));
        expect(code).to.equal("bundle.mismatch");
        expect(message).to.include(`: ${named} is `).and.include("use a bundle made for this domain");
      });

    it("and its own domain is not refused", async () => {
      requireSpec(await readBundle(whole), tinySpec());
    });
  });

  it("keeps as manifest what its schema says, no more: the written file parses to the typed one", async () => {
    const { manifest } = await readBundle(whole);
    const text = JSON.parse(await readFile(path.join(whole, "manifest.json"), "utf8")) as BundleManifest;
    expect(text).to.deep.equal(manifest);
  });
});
