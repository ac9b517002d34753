import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { OnarmError } from "../../src/domain/errors.ts";
import { readDataset } from "../../src/learning/dataset.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { readRecording, summarise } from "../../src/recording/read.ts";
import type { Verb } from "../cli.ts";

interface Options {
  readonly stops?: boolean;
}

/** A stop of the arm. `at`: s on the recording's clock. */
export interface StopListed {
  readonly at: number;
  readonly episode: number | null;
  readonly reason: string;
}

const EXPECTED = "a recording (.mcap), a bundle folder or a dataset folder is needed";

/** Every stop, and the records that the recorder had to drop. A damaged recording tells what is before the damage. */
async function stopsOf(file: string, damaged: boolean): Promise<{ list: StopListed[]; dropped: number }> {
  const list: StopListed[] = [];
  let dropped = 0;
  let episode: number | null = null;
  // The governor's stop and the mode it leads to are two records of one stop.
  let told: string | undefined;
  try {
    for await (const record of readRecording(file)) {
      const { at } = record;
      if (record.channel === "/onarm/episode") episode = record.phase === "begin" ? record.episode : null;
      else if (record.channel === "/onarm/verdict" && record.verdict.kind === "stop") {
        told = record.verdict.reason;
        list.push({ at, episode, reason: told });
      } else if (record.channel === "/onarm/mode") {
        if (record.mode.is === "stopped" && record.mode.cause !== told) list.push({ at, episode, reason: record.mode.cause });
        told = undefined;
      } else if (record.channel === "/onarm/event" && record.code === "recording.dropped")
        dropped += Number(record.detail?.dropped ?? 0);
    }
  } catch (error) {
    if (!damaged) throw error;
  }
  return { list, dropped };
}

async function inspectRecording(file: string): Promise<Record<string, unknown> & { stopList: StopListed[] }> {
  const { header, channels, episodes, steps, clamps, duration, damage } = await summarise(file);
  const { list, dropped } = await stopsOf(file, damage !== undefined);
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

export const verb: Verb<Options> = {
  name: "inspect",
  summary: "tell what is in a recording, a bundle or a dataset, and whether it is whole",
  options: (command) => {
    command.argument("<path>", "a recording (.mcap), a bundle folder or a dataset folder");
    command.option("--stops", "list every stop of a recording");
  },
  run: async (options, context) => {
    const target = path.resolve(context.args[0]!);
    const found = await stat(target).catch((cause: unknown) => {
      throw new OnarmError("file.missing", `${target} does not exist; ${EXPECTED}`, {}, cause);
    });
    const folder = found.isDirectory();
    const kind = folder ? await kindOf(target) : "recording";
    if (options.stops && kind !== "recording")
      throw new OnarmError("usage.invalid", `inspect: --stops is for recordings, and ${target} is none; leave it out`);
    if (kind === "bundle") return inspectBundle(target);
    if (kind === "dataset") return inspectDataset(target);
    if (folder) throw new OnarmError("file.damaged", `${target}: its manifest.json is of neither kind; ${EXPECTED}`);
    const { stopList, ...result } = await inspectRecording(target);
    if (!options.stops) return result;
    if (context.json) return { ...result, stopList };
    for (const { at, episode, reason } of stopList) context.log(`${at.toFixed(3)} s  episode ${episode ?? "-"}: ${reason}`);
    return result;
  },
};
