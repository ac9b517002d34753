import { createHash } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { decodeSafetensors } from "../../../src/engine/safetensors.ts";
import { Agent } from "../../../src/policy/agent.ts";
import { readBundle, requireSpec, writeBundle } from "../../../src/policy/bundle.ts";
import type { Bundle, BundleManifest } from "../../../src/policy/bundle.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";
import { weightsOf } from "../../rollouts.ts";
import { that } from "../row.ts";
import type { Seen, Trial } from "../row.ts";
import { onarm } from "../verbs.ts";

export const SHIPPED = fileURLToPath(new URL("../../../shipped/sawyer/bundle", import.meta.url));
const WEIGHTS = "weights.safetensors";

/** The files a policy is loaded from: refused by who reads them, before an arm is even looked for. */
export const bundle: Readonly<Record<string, Trial>> = {
  P5: { boundMs: null, harmless: true, lockstep: false, run: ({ folder }) => foreign(folder) },
  P6: { boundMs: null, harmless: true, lockstep: false, run: ({ folder }) => broken(folder) },
};

/** The shipped bundle with a policy that sees nothing: every weight zero, one constant wish. */
export async function deadBundle(folder: string): Promise<Bundle> {
  const { manifest } = await readBundle(SHIPPED);
  const { tensors } = decodeSafetensors(await readFile(join(SHIPPED, WEIGHTS)), WEIGHTS);
  const last = `pi.b${manifest.nets.policy.length}`;
  const changed = Object.entries(tensors).map(([name, { shape, data }]) => {
    const values = name.startsWith("pi.") ? new Float32Array(data.length) : Float32Array.from(data);
    if (name === last) values.fill(0.1, 0, 3);
    return [name, { shape, data: values }] as const;
  });
  return writeBundle(join(folder, "dead"), manifest, Object.fromEntries(changed));
}

/** Changes the manifest in place; answers with other weights where they are to change. */
type Edit = (manifest: BundleManifest, weights: Buffer) => Buffer | undefined | void;
const first = (manifest: BundleManifest) => manifest.spec.observation[0]!;

const strangers: readonly (readonly [what: string, named: RegExp, edit: Edit])[] = [
  ["another domain", /domain/, ({ spec }) => void (spec.name = "panda")],
  ["a field fewer", /observation|pi\.|enc\./, ({ spec }) => void spec.observation.pop()],
  ["another field name", /observation\[0\]\.name/, (manifest) => void (first(manifest).name = "tip_q")],
  ["another unit", /observation\[0\]\.unit/, (manifest) => void (first(manifest).unit = "mm")],
  ["another scaling", /observation\[0\]\.scale/, (manifest) => void (first(manifest).scale *= 2)],
  ["another hash", /weights\.safetensors: its sha-256/, ({ files }) => void (files[WEIGHTS].sha256 = "0".repeat(64))],
];

/** A copy of the shipped bundle, changed behind its back. */
async function tampered(folder: string, name: string, edit: Edit, sign: boolean): Promise<string> {
  const copy = join(folder, name.replaceAll(" ", "-"));
  await cp(SHIPPED, copy, { recursive: true });
  const manifest = JSON.parse(await readFile(join(copy, "manifest.json"), "utf8")) as BundleManifest;
  const sound = await readFile(join(copy, WEIGHTS));
  const weights = edit(manifest, Buffer.from(sound)) || sound;
  if (sign) {
    const sha256 = createHash("sha256").update(weights).digest("hex");
    manifest.files[WEIGHTS] = { sha256, bytes: weights.length };
  }
  await writeFile(join(copy, WEIGHTS), weights);
  await writeFile(join(copy, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
  return copy;
}

/** Why a bundle does not get as far as an arm. */
const refusal = (directory: string): Promise<string> =>
  readBundle(directory).then(
    (read) => {
      try {
        requireSpec(read, sawyerSpec);
        return "";
      } catch (error) {
        return String((error as Error).message);
      }
    },
    (error: unknown) => (isOnarmError(error) ? error.message : `not a refusal: ${String(error)}`),
  );

async function foreign(folder: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const [what, named, edit] of strangers) {
    const why = await refusal(await tampered(folder, what, edit, false));
    seen.push(that(`${what} refused`, named.test(why), why || "it was taken"));
  }
  return [...seen, await refusedByRun(join(folder, "another-scaling"))];
}

/** The verb that would drive with it ends before it has looked for an arm. */
async function refusedByRun(directory: string): Promise<Seen> {
  const { code, err } = await onarm(["run", "--bundle", directory, "--arm", "sim@127.0.0.1:9", "--headless", "--json"]).ended;
  return that("onarm run: exit 2 before motion", code === 2 && !err.includes("127.0.0.1:9"), `exit ${code}: ${err.trim()}`);
}

/** Where the numbers of a safetensors file begin. */
const body = (weights: Buffer) => 8 + Number(weights.readBigUInt64LE(0));

const damages: readonly (readonly [what: string, edit: Edit, sign: boolean])[] = [
  ["truncated", (_, weights) => weights.subarray(0, weights.length - 1000), true],
  [
    "a bit flipped",
    (_, weights) => (weights.writeUInt8(weights.readUInt8(body(weights) + 5) ^ 4, body(weights) + 5), weights),
    false,
  ],
  ["a NaN weight", (_, weights) => (weights.writeFloatLE(NaN, body(weights) + 400), weights), true],
];

async function broken(folder: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  const incumbent = await readBundle(SHIPPED);
  const weights = weightsOf(incumbent);
  const agent = await Agent.create(incumbent.spec, weights.nets, weights.head, weights.contextRows);
  try {
    agent.load(weights.tensors);
    const answer = async () =>
      (await agent.act(new Float32Array(incumbent.spec.observation.length).fill(0.3), agent.prior().mean)).join();
    const before = await answer();
    for (const [what, edit, sign] of damages) {
      const why = await refusal(await tampered(folder, what, edit, sign));
      seen.push(that(`${what}: refused`, /weights\.safetensors/.test(why), why || "it was taken"));
    }
    const poisoned = Object.fromEntries(Object.entries(incumbent.tensors).map(([name, data]) => [name, data.map(() => NaN)]));
    let refusedToLoad = false;
    try {
      agent.load(poisoned);
    } catch {
      refusedToLoad = true;
    }
    const stays = refusedToLoad && (await answer()) === before;
    return [
      ...seen,
      that("the incumbent stays and answers as before", stays, "it answers otherwise"),
      await refusedByRun(join(folder, "a-NaN-weight")),
    ];
  } finally {
    await agent.dispose();
  }
}
