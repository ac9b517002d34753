import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { OnarmError } from "../src/domain/errors.ts";
import type { DomainSpec } from "../src/domain/experience.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/engine/safetensors.ts";
import { actorShapes } from "../src/learning/sac.ts";

/** A learned behaviour: an actor pi(a|s,g) that is told its task, one safetensors file. `made`: the command, commit and seed behind it. */
export interface LearnedBehaviour {
  readonly goal: number;
  readonly hidden: readonly number[];
  readonly tensors: Readonly<Record<string, Float32Array>>;
  readonly made: { readonly command: string; readonly commit: string; readonly seed: number };
}

const aboutSchema = z.strictObject({
  domain: z.string(),
  goal: z.number().int().positive(),
  hidden: z.array(z.number().int().positive()),
  made: z.strictObject({ command: z.string(), commit: z.string(), seed: z.number() }),
});
const aboutOf = (text: string | undefined) => {
  try {
    return aboutSchema.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined;
  }
};

export async function writeBehaviour(file: string, spec: DomainSpec, behaviour: LearnedBehaviour): Promise<void> {
  const shapes = actorShapes(spec, behaviour.goal, behaviour);
  const tensors = Object.fromEntries(
    Object.entries(behaviour.tensors).map(([name, data]) => [name, { shape: [...shapes[name]!], data }]),
  );
  const { goal, hidden, made } = behaviour;
  const about = { domain: spec.name, goal, hidden, made };
  await writeFile(file, encodeSafetensors({ tensors, metadata: { format: "onarm-behaviour", about: JSON.stringify(about) } }));
}

/** Reads a behaviour for a domain. @throws "file.missing", "file.damaged", or "bundle.mismatch" when it is another domain's. */
export async function readBehaviour(file: string, spec: DomainSpec): Promise<LearnedBehaviour> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new OnarmError("file.missing", `${file}: the behaviour of ${spec.name} is missing; restore the checkout`, {}, cause);
  });
  const { tensors: found, metadata } = decodeSafetensors(bytes, file);
  const mismatch = (why: string) =>
    new OnarmError("bundle.mismatch", `${file}: ${why}; learn it with \`onarm dataset --behaviour learned\``);
  if (metadata.format !== "onarm-behaviour") throw mismatch("this is no behaviour");
  const about = aboutOf(metadata.about);
  if (!about) throw mismatch("what it says of itself cannot be read");
  if (about.domain !== spec.name) throw mismatch(`made for ${about.domain}, not ${spec.name}`);
  const tensors: Record<string, Float32Array> = {};
  for (const [name, shape] of Object.entries(actorShapes(spec, about.goal, about))) {
    const { data, shape: has } = found[name] ?? {};
    if (!(data instanceof Float32Array) || has?.join() !== shape.join() || !data.every(Number.isFinite))
      throw mismatch(`${name} is missing, has another shape, or holds a number that is not finite`);
    tensors[name] = data;
  }
  const { goal, hidden, made } = about;
  return { goal, hidden, made, tensors };
}
