import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec } from "../domain/experience.ts";
import { decodeSafetensors, encodeSafetensors } from "../engine/safetensors.ts";
import { ownTask } from "../tasks/ownTasks.ts";
import { macawShapes } from "./macaw.ts";
import { deployedShapes } from "./nets.ts";
import { recalledWidths } from "./recall.ts";

const fieldSchema = z.strictObject({
  name: z.string(),
  unit: z.string(),
  offset: z.number(),
  scale: z.number().refine((x) => x !== 0),
});
const width = z.number().int().positive().max(4096);
const netsSchema = z.strictObject({
  latent: z.number().int().min(0).max(4096),
  encoder: z.array(width),
  decoder: z.array(width),
  policy: z.array(width),
  critic: z.array(width),
  decoderSees: z.enum(["state-action", "next-state"]).optional(),
  decoders: z.number().int().positive().max(16).optional(),
  gated: z.boolean().optional(),
  gatedDecoder: z.boolean().optional(),
  transform: width.optional(),
  advantage: z.array(width).optional(),
});
const specSchema = z.strictObject({
  name: z.string(),
  observation: z.array(fieldSchema).min(1),
  action: z.array(fieldSchema).min(1),
  horizon: z.number().int().positive(),
  period: z.number().positive(),
  reward: z.union([z.strictObject({ kind: z.literal("dense") }), z.strictObject({ kind: z.literal("sparse"), low: z.number() })]),
  hasSuccess: z.boolean(),
  mirrored: z.array(z.string()).readonly().optional(),
});

export const bundleSchema = z.strictObject({
  schema: z.literal(1),
  kind: z.literal("bundle"),
  spec: specSchema,
  nets: netsSchema,
  head: z.enum(["deterministic", "gaussian", "bernoulli", "none"]),
  algorithm: z.enum(["smac", "awac", "pearl", "macaw", "bc"]),
  preset: z.string(),
  /** Hyper-parameters as the learner knows them; the learner's own schema judges them when it loads the bundle. */
  config: z.record(z.string(), z.unknown()),
  /** How the bundle wants to be tested: docs/learning.md 1.6 with its own exploration. */
  metaTest: z.strictObject({
    explorations: z.number().int().min(0),
    latentPeriod: z.union([z.number().int().positive(), z.literal("episode")]),
    scoredLatent: z.enum(["drawn", "mean"]),
    contextRows: z.number().int().positive(),
    /** It explores by samples of the policy, where z alone would not vary it. */
    sampleActions: z.boolean().optional(),
    /** It explores what the training tasks of so many like scenes wanted, which it remembers. */
    recall: z.strictObject({ near: z.number().int().positive() }).optional(),
  }),
  /** How a gradient step adapts it to a task; absent where a belief does. */
  adaptation: z
    .strictObject({ discount: z.number(), rewardScale: z.number(), temperature: z.number(), sigma: z.number() })
    .optional(),
  provenance: z.strictObject({
    command: z.string(),
    commit: z.string(),
    seed: z.number(),
    /** `own`: the last of the tasks, where they are a lab's own and not the seed's. */
    dataset: z.strictObject({ sha256: z.string(), taskSeed: z.number(), tasks: z.number(), own: z.array(ownTask).optional() }),
    /** Hash of the bundle this one was fine-tuned from. */
    parent: z.string().nullable(),
    updates: z.number(),
    practiceSteps: z.number(),
    /** What the last practice learned from; anything but its own labels was an experiment, which never drives. */
    practice: z.enum(["none", "self", "offline-only", "random-labels", "true-rewards"]),
    metrics: z.record(z.string(), z.number()),
  }),
  files: z.strictObject({ "weights.safetensors": z.strictObject({ sha256: z.string(), bytes: z.number().int().positive() }) }),
});
export type BundleManifest = z.infer<typeof bundleSchema>;

/** A bundle in memory. `hash` names it everywhere: sha-256 over its manifest, which itself holds the hash of the weights. */
export interface Bundle {
  readonly directory: string;
  readonly hash: string;
  readonly manifest: BundleManifest;
  readonly spec: DomainSpec;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/**
 * Writes a bundle so that a reader sees either none or a whole one. Replaces a bundle that stands there, unless the new one would be
 * refused by `readBundle`. Metrics that are not finite are left out.
 */
export async function writeBundle(
  directory: string,
  manifest: Omit<BundleManifest, "schema" | "kind" | "files">,
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>,
): Promise<Bundle> {
  const bytes = encodeSafetensors({
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, { shape: [...t.shape], data: t.data }])),
    metadata: { format: "onarm-bundle" },
  });
  const whole: BundleManifest = {
    schema: 1,
    kind: "bundle",
    ...manifest,
    provenance: { ...manifest.provenance, metrics: measured(manifest.provenance.metrics) },
    files: { "weights.safetensors": { sha256: sha256(bytes), bytes: bytes.length } },
  };
  const temporary = `${directory}.writing-${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await writeFile(path.join(temporary, "weights.safetensors"), bytes);
  await writeFile(path.join(temporary, "manifest.json"), JSON.stringify(whole, null, 2) + "\n");
  // Judged before it takes the place of another: who writes nonsense loses nothing.
  await readBundle(temporary).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  });
  await rm(directory, { recursive: true, force: true });
  await rename(temporary, directory);
  return readBundle(directory);
}

/** A metric that is not finite could not be measured, and JSON has no word for it: left out. */
const measured = (metrics: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));

/** Reads and judges a bundle: everything the manifest promises is checked before any of it is used. */
export async function readBundle(directory: string): Promise<Bundle> {
  const at = (name: string) => path.join(directory, name);
  const text = await readFile(at("manifest.json"), "utf8").catch((cause: unknown) => {
    throw new OnarmError(
      "file.missing",
      `${directory}: no bundle here (no readable manifest.json); name the folder that meta-train or practise wrote`,
      {},
      cause,
    );
  });
  const manifest = parseManifest(text, at("manifest.json"));
  const promised = manifest.files["weights.safetensors"];
  const bytes = await readFile(at("weights.safetensors")).catch((cause: unknown) => {
    throw new OnarmError("file.missing", `${directory}: weights.safetensors is missing; copy the whole bundle folder`, {}, cause);
  });
  if (bytes.length !== promised.bytes || sha256(bytes) !== promised.sha256)
    throw new OnarmError(
      "file.damaged",
      `${at("weights.safetensors")}: its sha-256 is not the one in the manifest; restore the bundle from its source`,
    );
  const file = decodeSafetensors(bytes, at("weights.safetensors"));
  const tensors: Record<string, Float32Array> = {};
  for (const [name, { data }] of Object.entries(file.tensors)) {
    if (!(data instanceof Float32Array) || !data.every(Number.isFinite))
      throw new OnarmError(
        "file.damaged",
        `${at("weights.safetensors")}: ${name} holds a number that is not finite; the bundle is refused`,
      );
    tensors[name] = data;
  }
  for (const [name, shape] of Object.entries({ ...actingShapes(manifest), ...recalledShapes(manifest, tensors) })) {
    const found = file.tensors[name]?.shape;
    if (!found || found.length !== shape.length || found.some((d, i) => d !== shape[i]))
      throw new OnarmError(
        "bundle.mismatch",
        `${directory}: ${name} should be (${shape.join(", ")}) by the manifest but is (${found?.join(", ") ?? "absent"})`,
      );
  }
  return { directory, hash: sha256(text), manifest, spec: manifest.spec, tensors };
}

/** Everything that a bundle has to hold in order to act and adapt. */
const actingShapes = ({ algorithm, spec, nets, head }: BundleManifest) =>
  algorithm === "macaw" ? macawShapes(spec, nets) : deployedShapes(spec, nets, head);

/** What is remembered, as many rows of each as of the first, and at least one; nothing where nothing is to be. */
function recalledShapes({ spec, nets, metaTest }: BundleManifest, tensors: Readonly<Record<string, Float32Array>>) {
  if (!metaTest.recall) return {};
  const count = Math.max(1, Math.floor((tensors["recall.mean"]?.length ?? 0) / nets.latent));
  const widths = Object.entries(recalledWidths(spec, nets.latent));
  // Bundles of before do not know how many steps their tasks take.
  const there = widths.filter(([name]) => name !== "recall.steps" || tensors[name]);
  return Object.fromEntries(there.map(([name, width]) => [name, [count, width]]));
}

function parseManifest(text: string, where: string): BundleManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OnarmError("file.damaged", `${where}: not JSON; restore the bundle from its source`, {}, cause);
  }
  const parsed = bundleSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new OnarmError(
    "file.damaged",
    `${where}: ${issue?.path.join(".") || "manifest"}: ${issue?.message ?? "unreadable"}; this is not a bundle of this version`,
  );
}

/** Refuses a bundle that was made for another domain or another arm, naming the first field that differs (fault row P5). */
export function requireSpec(bundle: Bundle, spec: DomainSpec): void {
  const differ = (field: string, ours: unknown, theirs: unknown) => {
    throw new OnarmError(
      "bundle.mismatch",
      `${bundle.directory}: ${field} is ${JSON.stringify(theirs)} in the bundle and ${JSON.stringify(ours)} in domain ${spec.name}; use a bundle made for this domain`,
    );
  };
  if (bundle.spec.name !== spec.name) differ("domain", spec.name, bundle.spec.name);
  for (const side of ["observation", "action"] as const) {
    if (bundle.spec[side].length !== spec[side].length) differ(`${side} width`, spec[side].length, bundle.spec[side].length);
    spec[side].forEach((field, i) => {
      for (const key of ["name", "unit", "offset", "scale"] as const)
        if (bundle.spec[side][i]![key] !== field[key]) differ(`${side}[${i}].${key}`, field[key], bundle.spec[side][i]![key]);
    });
  }
  for (const key of ["period", "horizon"] as const) if (bundle.spec[key] !== spec[key]) differ(key, spec[key], bundle.spec[key]);
  if (JSON.stringify(bundle.spec.reward) !== JSON.stringify(spec.reward)) differ("reward", spec.reward, bundle.spec.reward);
}
