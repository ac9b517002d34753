import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { OnarmError } from "../../src/domain/errors.ts";
import { readDataset } from "../../src/learning/dataset.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { plain } from "../../src/recording/codec.ts";
import { summarise } from "../../src/recording/read.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { stopsOf, toldOf, windowOf, type StopListed } from "../stopList.ts";

interface Options {
  readonly stops?: boolean;
  readonly stop?: number;
}

const EXPECTED = "a recording (.mcap), a bundle folder or a dataset folder is needed";

async function inspectRecording(file: string): Promise<Record<string, unknown> & { stopList: StopListed[] }> {
  const { header, channels, episodes, steps, clamps, duration, damage } = await summarise(file);
  const { list, dropped, tornLines } = await stopsOf(file, damage !== undefined);
  return {
    kind: "recording",
    file,
    counts: channels,
    episodes,
    steps,
    duration,
    stops: list.length,
    clamps,
    // Bytes of data after the damage; records that a slow or full disk cost.
    lost: damage?.lostBytes ?? 0,
    dropped,
    damage: damage ? { offset: damage.offset, why: damage.why } : null,
    ...(tornLines > 0 ? { tornStops: tornLines } : {}),
    header,
    stopList: list,
  };
}

async function inspectBundle(folder: string): Promise<Record<string, unknown>> {
  const { manifest, hash, spec, tensors } = await readBundle(folder);
  const counts: Record<string, number> = {};
  for (const [name, data] of Object.entries(tensors)) {
    const net = name.split(".")[0]!;
    counts[net] = (counts[net] ?? 0) + data.length;
  }
  const { algorithm, preset, nets, head, metaTest, provenance, files } = manifest;
  return {
    kind: "bundle",
    file: folder,
    domain: spec.name,
    algorithm,
    preset,
    hash,
    sha256: files["weights.safetensors"].sha256,
    verified: true,
    bytes: files["weights.safetensors"].bytes,
    parameters: Object.values(counts).reduce((a, b) => a + b, 0),
    counts,
    nets,
    head,
    metaTest,
    provenance,
    lost: 0,
  };
}

async function inspectDataset(folder: string): Promise<Record<string, unknown>> {
  const { manifest, sha256 } = await readDataset(folder);
  const { domain, transitions, episodes, tasks, success, behaviour, provenance, files } = manifest;
  return {
    kind: "dataset",
    file: folder,
    domain,
    transitions,
    episodes,
    tasks: tasks.count,
    ...(tasks.own ? { ownTasks: tasks.own.length } : {}),
    taskSeed: tasks.seed,
    success,
    behaviour,
    sha256,
    verified: true,
    bytes: files["transitions.safetensors"].bytes,
    counts: { transitions, episodes, tasks: tasks.count },
    provenance,
    lost: 0,
  };
}

/** What a folder's manifest says the folder is. */
async function kindOf(folder: string): Promise<unknown> {
  const file = path.join(folder, "manifest.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new OnarmError("file.missing", `${folder}: this folder has no readable manifest.json; ${EXPECTED}`, {}, cause);
  });
  try {
    return (JSON.parse(text) as { kind?: unknown } | null)?.kind;
  } catch (cause) {
    throw new OnarmError("file.damaged", `${file}: not JSON; restore it from its source, ${EXPECTED}`, {}, cause);
  }
}

async function stopAlone(file: string, n: number, context: VerbContext): Promise<Record<string, unknown>> {
  const stop = await windowOf(file, n);
  if (context.json) return { kind: "stop", file, stop };
  context.answersOnStdout = true;
  process.stdout.write(`${JSON.stringify(stop, plain)}\n`);
  return { stop: n, file };
}

export const verb: Verb<Options> = {
  name: "inspect",
  summary: "tell what is in a recording, a bundle or a dataset, and whether it is whole",
  options: (command) => {
    command.argument("<path>", "a recording (.mcap), a bundle folder or a dataset folder");
    command.option(
      "--stops",
      "list every stop of a recording: when, why, what to do, and how much is known of the two seconds before",
    );
    command.option("--stop <n>", "the whole of those two seconds, as JSON, of the n-th stop of that list", integer({ min: 1 }));
  },
  run: async (options, context) => {
    const target = path.resolve(context.args[0]!);
    const found = await stat(target).catch((cause: unknown) => {
      throw new OnarmError("file.missing", `${target} does not exist; ${EXPECTED}`, {}, cause);
    });
    const folder = found.isDirectory();
    const kind = folder ? await kindOf(target) : "recording";
    if ((options.stops || options.stop) && kind !== "recording")
      throw new OnarmError("usage.invalid", `inspect: --stops is for recordings, and ${target} is none; leave it out`);
    if (kind === "bundle") return inspectBundle(target);
    if (kind === "dataset") return inspectDataset(target);
    if (folder) throw new OnarmError("file.damaged", `${target}: its manifest.json is of neither kind; ${EXPECTED}`);
    if (options.stop !== undefined) return stopAlone(target, options.stop, context);
    const { stopList, ...result } = await inspectRecording(target);
    if (!options.stops) return result;
    if (context.json) return { ...result, stopList };
    stopList.forEach((stop, i) => toldOf(stop, i + 1).forEach(context.log));
    return result;
  },
};
