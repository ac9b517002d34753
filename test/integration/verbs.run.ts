import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { decodeSafetensors } from "../../src/engine/safetensors.ts";
import { readBundle, writeBundle } from "../../src/policy/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
export const scratch = mkdtempSync(path.join(os.tmpdir(), "onarm-verbs-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** What a shell sees of a run that is over; `json`: the last line of stdout. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

interface ProcessSeen {
  readonly pid: number;
  readonly command: string;
}

/** Every process of a run carries this in its environment, whatever group it leads. */
const MARK = "ONARM_TEST_RUN";
let runs = 0;

/** Living processes of a run. */
function processesOf(mark: string): ProcessSeen[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,stat=,args="], { encoding: "utf8" });
  return table.split("\n").flatMap((line) => {
    const [, pid, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state!.startsWith("Z")) return [];
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      return environment.includes(`${MARK}=${mark}`) ? [{ pid: Number(pid), command: command! }] : [];
    } catch {
      return []; // gone meanwhile, or somebody else's
    }
  });
}

/** Looks again and again until there is an answer; the test's own time-out is the bound. */
export async function until<T>(look: () => T | false | undefined | Promise<T | false | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(20);
  }
}

const marks: string[] = [];
// A failed test leaves nothing behind.
process.on("exit", () => {
  for (const mark of marks) for (const { pid } of processesOf(mark)) process.kill(pid, "SIGKILL");
});

/** One run of the program in a process group of its own, as a terminal would start it. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const mark = `${process.pid}-${++runs}`;
  const child = spawn(process.execPath, [path.join(root, "bin/onarm.mjs"), ...args, "--json"], {
    cwd: scratch,
    env: { ...process.env, NODE_OPTIONS: "", [MARK]: mark, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const group = child.pid!;
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  let over = false;
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code) => {
      over = true;
      const last = out.trim().split("\n").at(-1)!;
      resolve({ code, out, err, json: last.startsWith("{") ? JSON.parse(last) : undefined });
    }),
  );
  marks.push(mark);
  return {
    ended,
    pid: group,
    /** Waits for something to happen; an end of the run before it is an error. */
    when: <T>(look: () => T | false | Promise<T | false>): Promise<T> =>
      until(async () => {
        const found = await look();
        if (over && !found) throw new Error(`the run ended first:\n${out}\n${err}`);
        return found;
      }),
    stderr: () => err,
    processes: () => processesOf(mark).length,
    /** As Ctrl-C in a terminal: every process of the group gets it. */
    interrupt: () => process.kill(-group, "SIGINT"),
    kill: (name: string) => process.kill(processesOf(mark).find(({ command }) => command.includes(name))!.pid, "SIGKILL"),
    /** Resolves when no process of the run is left, whatever group it led. */
    gone: () => until(() => processesOf(mark).length === 0),
  };
}

export const onarm = (...args: string[]): Promise<Ended> => start(args).ended;

export const at = (...names: string[]) => path.join(scratch, ...names);
export const write = (name: string, text: string): string => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  return at(name);
};
/** Every file under a folder of the scratch, or none. */
export const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((e) => e.isFile())
        .map((e) => path.join(e.parentPath, e.name))
    : [];
/** sha-256 of a bundle's weights: the manifest beside them also holds the command line, which names folders. */
export const weightsOf = (folder: string): string =>
  (JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8")) as { files: Record<string, { sha256: string }> }).files[
    "weights.safetensors"
  ]!.sha256;

/** Nets so small that a whole loop takes seconds, and rounds of 10 episodes, 200 steps and 200 updates. */
export const tiny = write(
  "tiny.yaml",
  `nets: { latent: 2, encoder: [16], decoder: [16], policy: [16], critic: [16] }
practice: { updatesPerStep: 1, tasksPerRound: 5, priorEpisodes: 2, posteriorEpisodes: 0 }
`,
);

const run = async (...args: string[]): Promise<Ended> => {
  const ended = await onarm(...args);
  if (ended.code !== 0) throw new Error(`onarm ${args.join(" ")}: exit ${ended.code}\n${ended.err}`);
  return ended;
};
const dataset = (out: string, seed: number, domain = "point") =>
  run("dataset", "--domain", domain, "--tasks", "6", "--episodes", "4", "--seed", String(seed), "--out", at(out));
const metaTrain = (data: string, out: string, seed: number) =>
  run(
    "meta-train",
    "--dataset",
    at(data),
    "--updates",
    "300",
    "--validation",
    "4",
    "--config",
    tiny,
    "--seed",
    String(seed),
    "--out",
    at(out),
  );

/** A dataset and a bundle of the point domain, made once by the verbs themselves for all tests that start from one. */
let made: Promise<{ readonly dataset: Ended; readonly bundle: Ended }> | undefined;
export const fixture = () =>
  (made ??= dataset("dataset", 1).then(async (first) => ({ dataset: first, bundle: await metaTrain("dataset", "bundle", 1) })));
export const make = { dataset, metaTrain, run };

/** The fixture's bundle with another policy: one that asks for tanh(`wants`) whatever it sees. */
export async function constantPolicy(out: string, wants: readonly [number, number], practice?: "random-labels"): Promise<string> {
  await fixture();
  const { manifest } = await readBundle(at("bundle"));
  const { tensors } = decodeSafetensors(readFileSync(at("bundle", "weights.safetensors")), "weights");
  const changed = Object.entries(tensors).map(([name, { shape, data }]) => {
    const mine = name.startsWith("pi.") ? new Float32Array(data.length) : Float32Array.from(data);
    if (name === `pi.b${manifest.nets.policy.length}`) mine.set(wants);
    return [name, { shape, data: mine }] as const;
  });
  const provenance = { ...manifest.provenance, ...(practice ? { practice } : {}) };
  await writeBundle(at(out), { ...manifest, provenance }, Object.fromEntries(changed));
  return at(out);
}
