import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

const notOurs = new Set(["node_modules", ".git", "out", "coverage"]);

const walk = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const inside = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? walk(inside) : entry.isFile() ? [inside] : [];
  });

/** Every file that is, or is about to be, part of the repository: what git knows, or a walk where there is no git. */
export const files: readonly string[] = (() => {
  try {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return listed
      .toString()
      .split("\0")
      .filter((file) => file !== "" && existsSync(path.join(root, file)));
  } catch {
    return walk("");
  }
})();

export const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");
export const bytesOf = (file: string) => readFileSync(path.join(root, file), "latin1");

const rooms = /^(src|robot|sim|calibration|launch|test|bin)\//;
/** Our own program text. */
export const code = files.filter((file) => rooms.test(file) && /\.([cm]?[jt]s|css|html)$/.test(file));
