import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { configHash } from "../../src/config/hash.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { commandLine, commit } from "../provenance.ts";
import type { StudyConfig } from "./plan.ts";

const IDENTITY = "study.json";
const LOCK = "running";

interface Identity {
  readonly schema: 1;
  readonly kind: "study";
  readonly config: StudyConfig;
  readonly command: string;
  readonly commit: string;
}

/** A study's directory: who it belongs to, one file for each finished cell, bundles, data, and checkpoints of what is under way. */
export interface Store {
  readonly directory: string;
  /** The command that began it. */
  readonly command: string;
  /** A place of this study; its folder exists. */
  at(...names: string[]): string;
  /** The result of a cell; undefined when it is not finished. */
  read<R>(id: string): Promise<R | undefined>;
  /** Written whole: a reader sees the result or nothing, whenever the writer is killed. */
  write(id: string, result: object): Promise<void>;
  /** Gives the directory back. */
  close(): Promise<void>;
}

/** Opens a study's directory or makes it. @throws "usage.invalid" for one that is another study's, is in use, or is no study's. */
export async function openStore(directory: string, config: StudyConfig): Promise<Store> {
  await makeFolder(directory);
  const identity = path.join(directory, IDENTITY);
  const text = await readFile(identity, "utf8").catch(() => undefined);
  if (text === undefined) await requireEmpty(directory);
  const known = text === undefined ? begin(config) : recognise(text, identity, config);
  await lock(directory);
  if (text === undefined) await writeWhole(identity, JSON.stringify(known, null, 2) + "\n");
  for (const folder of ["cells", "bundles", "data", "work"]) await mkdir(path.join(directory, folder), { recursive: true });
  const cell = (id: string) => path.join(directory, "cells", `${id}.json`);
  return {
    directory,
    command: known.command,
    at: (...names) => path.join(directory, ...names),
    read: async <R>(id: string) => {
      const found = await readFile(cell(id), "utf8").catch(() => undefined);
      return found === undefined ? undefined : (parse(found, cell(id)) as R);
    },
    write: (id, result) => writeWhole(cell(id), JSON.stringify(result) + "\n"),
    close: () => rm(path.join(directory, LOCK), { force: true }),
  };
}

/** Step by step, because the recursive mkdir of Node 20 never ends below /proc. */
async function makeFolder(directory: string): Promise<void> {
  const make = () =>
    mkdir(directory).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST" || !(await stat(directory)).isDirectory()) throw error;
    });
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" || path.dirname(directory) === directory) throw error;
    await makeFolder(path.dirname(directory));
    await make();
  });
}

const begin = (config: StudyConfig): Identity => ({
  schema: 1,
  kind: "study",
  config,
  command: commandLine(),
  commit: commit(),
});

async function requireEmpty(directory: string): Promise<void> {
  // A run that was killed before it had written who it is leaves its lock alone.
  const others = (await readdir(directory)).filter((name) => name !== LOCK && name !== `${IDENTITY}.writing`);
  if (others.length > 0)
    throw new OnarmError(
      "usage.invalid",
      `--out ${directory}: holds ${others.sort()[0]} and no ${IDENTITY}: this is no study's folder; name a new one`,
    );
}

/** @throws "usage.invalid" naming the first setting in which the study that stands there differs. */
function recognise(text: string, file: string, config: StudyConfig): Identity {
  const known = parse(text, file) as Identity;
  if (known.kind !== "study" || known.schema !== 1)
    throw new OnarmError("file.damaged", `${file}: no study of this version; name a new --out`);
  const hash = (value: unknown) => configHash({ value });
  const keys = [...new Set([...Object.keys(config), ...Object.keys(known.config)])] as (keyof StudyConfig)[];
  const differing = keys.find((key) => hash(config[key]) !== hash(known.config[key]));
  if (differing)
    throw new OnarmError(
      "usage.invalid",
      `--out ${path.dirname(file)}: another study's: its ${differing} is ${shown(known.config[differing])}, not ${shown(config[differing])}; go on with '${known.command}', or name a new --out`,
    );
  return known;
}

const shown = (value: unknown) => (value === undefined ? "not set" : JSON.stringify(value));

/** One process at a time; a lock whose process is gone was left by one that was killed. */
async function lock(directory: string): Promise<void> {
  const file = path.join(directory, LOCK);
  const holder = Number(await readFile(file, "utf8").catch(() => "NaN"));
  if (holder !== process.pid && alive(holder))
    throw new OnarmError(
      "usage.invalid",
      `--out ${directory}: process ${holder} is at work there; wait for it, or delete ${file} if that process is no study`,
    );
  await writeWhole(file, `${process.pid}\n`);
}

function alive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Replaces a file; who reads meanwhile sees the old or the new one. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.writing`, content);
  await rename(`${file}.writing`, file);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OnarmError("file.damaged", `${file}: not JSON; delete it, and the study makes it again`, {}, cause);
  }
}
