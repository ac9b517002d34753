import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real disk of a few MiB, in memory. */
export interface SmallDisk {
  readonly folder: string;
  free(): number;
  /** Leaves about this many bytes free. */
  fillTo(bytes: number): void;
  readOnly(): void;
  remove(): void;
}

/** Needs the right to mount; undefined, with the reason, where there is none. */
export function smallDisk(mebibytes: number): SmallDisk | string {
  const folder = mkdtempSync(join(tmpdir(), "onarm-disk-"));
  const mount = (...args: string[]) => execFileSync("mount", args, { stdio: ["ignore", "ignore", "pipe"] });
  try {
    mount("-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder);
  } catch (error) {
    rmSync(folder, { recursive: true });
    const why = String((error as { stderr?: unknown }).stderr ?? (error as Error).message).trim();
    return `a small disk cannot be mounted here (${why}); run as a user who may mount tmpfs`;
  }
  const free = () => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  return {
    folder,
    free,
    fillTo(bytes) {
      const block = Buffer.alloc(4096, 1);
      const file = openSync(join(folder, "filler"), "a");
      try {
        while (free() > bytes) writeSync(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
    },
    readOnly: () => void mount("-o", "remount,ro", folder),
    remove() {
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
