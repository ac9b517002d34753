import { execFile } from "node:child_process";
import { mkdir, open, statfs } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A real disk of a few MiB, in memory. */
export interface SmallDisk {
  readonly folder: string;
  free(): Promise<number>;
  /** Leaves about so many bytes free. */
  fillTo(bytes: number): Promise<void>;
  /** From now on nothing can be written; refused by the system while a file is open for it. */
  readOnly(): Promise<void>;
  remove(): Promise<void>;
}

const run = promisify(execFile);

/** Mounts one under `folder`. Where that is not allowed: why, as text. */
export async function smallDisk(folder: string, mebibytes: number): Promise<SmallDisk | string> {
  const place = join(folder, "disk");
  await mkdir(place);
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", place]);
  } catch (error) {
    const why = String((error as { stderr?: unknown }).stderr ?? error).trim();
    return `a small disk cannot be mounted here (${why.split("\n")[0]}); run as a user who may mount tmpfs`;
  }
  const free = async () => {
    const { bavail, bsize } = await statfs(place);
    return bavail * bsize;
  };
  return {
    folder: place,
    free,
    async fillTo(bytes) {
      const file = await open(join(place, "filler"), "a");
      try {
        for (let left = (await free()) - bytes; left > 0; left = (await free()) - bytes)
          await file.appendFile(Buffer.alloc(Math.min(left, 2 ** 20), 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        await file.close();
      }
    },
    readOnly: async () => void (await run("mount", ["-o", "remount,ro", place])),
    remove: async () => void (await run("umount", ["-l", place])),
  };
}
